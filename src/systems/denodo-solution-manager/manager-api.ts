import { Unreachable } from '../../drivers/command.ts';
import type { HttpCall } from '../../drivers/http/http.ts';
import { type Fields, fieldsOf, idOf, listOf, textOf } from '../answers.ts';
import { type Conversation, sayAnswer } from '../conversation.ts';

/** A revision as the Solution Manager lists it. */
export interface ManagerRevision {
  id: number;
  name: string;
  description: string;
}

/** A deployment as the Solution Manager lists it. */
export interface ManagerDeployment {
  id: number;
  description: string;
  state: string;
}

/** One task of a deployment there. */
export interface ManagerTask {
  id: string;
  /** `VQL`, `SCH`, …; its name where it says no type. */
  type: string;
  state: string;
  /** `eu / vdp-eu-1`. */
  place: string;
  output: string;
  /** The newest time it shows, as it is written there. */
  changedAt: string;
}

/** How far a deployment is. */
export interface Progress {
  state: string;
  tasks: ManagerTask[];
}

/** What came of asking for a deployment. */
export type Asked = { id: number } | { missing: string[]; words: string } | { id: null; words: string };

const pageSize = 100;

/** All revisions, page by page. */
export async function listRevisions(talk: Conversation): Promise<ManagerRevision[]> {
  return await allPages(talk, '/revisions', {}, 'revisions', (fields) => {
    const id = idOf(fields['id']);
    return id === null
      ? []
      : [{ id, name: textOf(fields['name']), description: textOf(fields['description']) }];
  });
}

/** The deployments of an environment that fit a filter, page by page. */
export async function listDeployments(
  talk: Conversation,
  environmentId: number,
  filter: Record<string, string>,
): Promise<ManagerDeployment[]> {
  const query = { environmentId: String(environmentId), ...filter };
  return await allPages(talk, '/deployments', query, 'deployments', (fields) => {
    const id = idOf(fields['id']);
    return id === null
      ? []
      : [{ id, description: textOf(fields['description']), state: textOf(fields['state']) }];
  });
}

/** Makes a revision of a VQL script; answers its number, or the words of the refusal. */
export async function loadRevision(
  talk: Conversation,
  revision: { name: string; description: string; vql: string },
): Promise<{ id: number } | { id: null; words: string }> {
  const { name, description, vql } = revision;
  const body = { name, description, content: Buffer.from(vql, 'utf8').toString('base64') };
  const call: HttpCall = { method: 'POST', path: '/revisions/loadFromVQL', body };
  const answer = await talk.ask(call);
  const id = answer.status < 300 ? idOf(fieldsOf(answer.body)['id']) : null;
  return id === null ? { id, words: sayAnswer(talk.server, call, answer) } : { id };
}

/** Asks for a deployment. Properties that its environment lacks come back in an answer that looks like a success. */
export async function startDeployment(
  talk: Conversation,
  wanted: { revisionIds: number[]; environmentId: number; description: string },
): Promise<Asked> {
  const call: HttpCall = { method: 'POST', path: '/deployments', body: wanted, timeoutMs: talk.leftMs() };
  const answer = await talk.ask(call);
  const fields = fieldsOf(answer.body);
  if (fields['validationResponse'] !== undefined) return readValidation(fields);
  const id = answer.status < 300 ? idOf(fields['id'] ?? answer.body) : null;
  return id === null ? { id, words: sayAnswer(talk.server, call, answer) } : { id };
}

/**
 * How far a deployment is; with `since`, only of the tasks that changed after it, if the Solution Manager takes that time.
 * That it cannot be asked just now says nothing about the deployment.
 */
export async function readProgress(talk: Conversation, id: number, since: string | null): Promise<Progress> {
  const call: HttpCall = { method: 'GET', path: `/deployments/${id}/progress` };
  const answer = await talk.ask(since === null ? call : { ...call, query: { lastUpdate: since } });
  if (answer.status !== 200 && since !== null) return await readProgress(talk, id, null);
  if (answer.status !== 200) throw new Unreachable(sayAnswer(talk.server, call, answer));
  const fields = fieldsOf(answer.body);
  return { state: textOf(fields['state']), tasks: listOf(fields['tasks']).map(readTask) };
}

function readTask(fields: Fields): ManagerTask {
  const place = [fields['cluster'], fields['server']].map((named) => textOf(fieldsOf(named)['name']));
  const times = [fields['startDate'], fields['endDate']].map(textOf);
  return {
    id: textOf(fields['id']),
    type: textOf(fields['deploymentExecutionType']) || textOf(fields['name']),
    state: textOf(fields['state']),
    place: place.filter((name) => name !== '').join(' / '),
    output: textOf(fields['output']),
    changedAt: times.toSorted().at(-1) ?? '',
  };
}

/** Only names are taken: the values that come along are those of another environment, passwords among them. */
function readValidation(fields: Fields): Asked {
  const validation = fieldsOf(fieldsOf(fields['validationResponse'])['validation']);
  const listed = Object.entries(validation)
    .filter(([key]) => key.startsWith('missing'))
    .flatMap(([, value]) => leafKeys(value));
  const said = ['outputVqlValidation', 'outputSchValidation'].flatMap((key) =>
    namesAfterMissing(textOf(validation[key])),
  );
  const words = textOf(validation['messageResult']).trim();
  return { missing: [...new Set([...listed, ...said])], words };
}

function leafKeys(value: unknown): string[] {
  return Object.entries(fieldsOf(value)).flatMap(([key, inner]) =>
    typeof inner === 'object' && inner !== null ? leafKeys(inner) : [key],
  );
}

/** «Missing VQL properties:», and below it one name a line. */
function namesAfterMissing(output: string): string[] {
  const [, below = ''] = output.split(/Missing [^\n]*:\s*\n/);
  return below.split('\n').flatMap((line) => (/^[\w.-]+$/.test(line.trim()) ? [line.trim()] : []));
}

/** A page may be shorter than it was asked for; the list is at its end where nothing new comes. */
async function allPages<T extends { id: number }>(
  talk: Conversation,
  path: string,
  query: Record<string, string>,
  name: string,
  read: (fields: Fields) => T[],
): Promise<T[]> {
  const found = new Map<number, T>();
  for (;;) {
    const page = { ...query, start: String(found.size), count: String(pageSize) };
    const { body } = await talk.expect({ method: 'GET', path, query: page }, [200]);
    const fresh = listOf(body, name)
      .flatMap(read)
      .filter(({ id }) => !found.has(id));
    if (fresh.length === 0) return [...found.values()];
    for (const item of fresh) found.set(item.id, item);
  }
}
