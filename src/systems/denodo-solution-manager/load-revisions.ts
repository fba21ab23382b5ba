import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Revision, revisionName } from '../../domain/revision.ts';
import { type Conversation, Declined } from '../conversation.ts';
import { listRevisions, loadRevision, type ManagerRevision } from './manager-api.ts';

/** The numbers of the plan's revisions on the Solution Manager, in order; what is not there is loaded under `name@version`. */
export async function loadRevisions(talk: Conversation): Promise<number[]> {
  const { revisions } = talk.context.plan;
  for (const revision of revisions) {
    const changed = await talk.needs.findRevisionChange(revision);
    if (changed !== null) throw new Declined(changed);
  }
  const known = await listRevisions(talk);
  const found = revisions.map((revision) => ({ revision, there: findOne(talk, known, revision) }));
  const orders = await Promise.all(
    found.map(async ({ revision, there }) => ({
      revision,
      there,
      vql: there === null ? await readScript(revision) : '',
    })),
  );
  const ids: number[] = [];
  for (const { revision, there, vql } of orders) ids.push(there?.id ?? (await load(talk, revision, vql)));
  return ids;
}

/** What says in a description which content we loaded. */
function markOf({ digest }: Revision): string {
  return `content ${digest.slice(0, 16)}`;
}

/** By its name. A name that stands for other content, or for two revisions, is not deployed. */
function findOne(
  { server }: Conversation,
  known: ManagerRevision[],
  revision: Revision,
): ManagerRevision | null {
  const name = revisionName(revision);
  const named = known.filter((candidate) => candidate.name === name);
  const [first] = named;
  if (first === undefined) return null;
  if (named.length > 1)
    throw new Declined(
      `${server} has ${named.length} revisions called ${name} (${named.map(({ id }) => id).join(', ')}): leave one of them`,
    );
  const marked = /\bcontent [0-9a-f]{16}\b/.exec(first.description)?.[0];
  if (marked !== undefined && marked !== markOf(revision))
    throw new Declined(
      `${server} has a revision ${name} with other content (${first.id}): remove it there, or make a new version`,
    );
  return first;
}

async function load(talk: Conversation, revision: Revision, vql: string): Promise<number> {
  const name = revisionName(revision);
  const words = revision.description === '' ? '' : `${revision.description} — `;
  const description = `${words}loaded by Lamplighter, ${markOf(revision)}`;
  const loaded = await loadRevision(talk, { name, description, vql });
  if (loaded.id === null) throw new Declined(`${name} could not be loaded. ${loaded.words}`);
  await talk.tell(`loaded-${name}`, `${talk.server}: ${name} was loaded as revision ${loaded.id}.`);
  return loaded.id;
}

/** The VQL of a revision, without the mark of its encoding, which the Solution Manager takes for a part of it. */
async function readScript({ directory, parts, ...revision }: Revision): Promise<string> {
  const name = revisionName(revision);
  const all = Object.values(parts);
  if (all.some(({ tasks }) => tasks.length > 0))
    throw new Declined(
      `${name} holds tasks of a Scheduler, and those cannot be loaded over REST: make a revision called ${name} on the Solution Manager, and deploy again`,
    );
  const files = all.flatMap(({ vql }) => (vql === null ? [] : [vql.file]));
  const [file] = files;
  if (file === undefined || files.length > 1)
    throw new Declined(
      `${name} has ${files.length} VQL scripts, and a Solution Manager loads one per revision`,
    );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(join(directory, file)));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is no UTF-8' : code;
    throw new Declined(`the VQL of ${name} cannot be loaded: ${why}`);
  }
}
