import type { Sync } from '../../domain/configured/denodo.ts';
import { findServer } from '../../domain/plan/plan.ts';
import type { HttpCall } from '../../drivers/http/http.ts';
import { fieldsOf, textOf, wordsOf } from '../answers.ts';
import { type Conversation, converse, Declined, ended, type RestNeeds, sayAnswer } from '../conversation.ts';
import type { System, TaskContext, TaskOutcome, TaskPerformer } from '../system.ts';

/** How often a Data Catalog that is not reached is asked again: synchronising twice changes nothing more. */
const tries = 3;

/** DATACATALOG_SYNC: brings a Data Catalog in line with what was deployed (D-06). Its failure means what the sync says. */
export function createCatalogSync(needs: RestNeeds): TaskPerformer & Pick<System, 'end'> {
  return {
    perform: async (context, signal) => await synchronise(needs, context, signal),
    // It may be done once more, whatever came of it.
    probe: async () => ({ state: 'never-started' }),
    end: async ({ task }) =>
      ended(
        'unknown',
        `${task.on ?? 'the Data Catalog'} may still synchronise, and needs no more of us for that`,
      ),
  };
}

async function synchronise(
  needs: RestNeeds,
  context: TaskContext,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const { task, plan } = context;
  const sync = plan.environment.sync.find(({ name }) => name === task.step);
  if (!sync || task.on === null) throw new Error(`task ${task.id} names no sync of ${plan.environment.name}`);
  const server = task.on;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await converse(
      needs,
      { context, server, mayHaveBegun: false },
      signal,
      async (talk) => await askOnce(talk, sync),
    );
    if (outcome.state === 'ended') return meaning(outcome, sync);
    if (outcome.state !== 'interrupted' || signal.aborted) return outcome;
    const until = context.intendedAt + plan.environment.stepTimeoutSeconds * 1_000;
    if (attempt === tries || needs.now() >= until) return meaning(ended('error', outcome.reason), sync);
    await needs.sleep(2_000, signal);
  }
}

function meaning(outcome: Extract<TaskOutcome, { state: 'ended' }>, { onFailure }: Sync): TaskOutcome {
  return outcome.end === 'error' && onFailure === 'warn' ? { ...outcome, end: 'warning' } : outcome;
}

async function askOnce(talk: Conversation, sync: Sync): Promise<TaskOutcome> {
  const call = { ...callOf(talk, sync), timeoutMs: Math.max(1, talk.leftMs()) };
  const answer = await talk.expect(call, [200, 201, 204]);
  const { result } = fieldsOf(answer.body);
  if (result !== undefined && textOf(result).toUpperCase() !== 'OK')
    throw new Declined(sayAnswer(talk.server, call, answer), [wordsOf(answer.body)]);
  const counts = (['inserted', 'removed', 'modified'] as const)
    .map((what) => `${countOf(answer.body, what)} ${what}`)
    .join(', ');
  return ended('ok', `Data Catalog ${talk.server} synchronised: ${counts}`);
}

const usualPath = '/apirest/synchronize';
const usualElements: Record<Sync['elements'], string | null> = {
  all: 'all',
  views: 'view',
  webservices: 'ws',
  databases: null,
};

/** Version 7 by default; later ones are reached by `options.path`, in which `{elements}` stands for what is synchronised. */
function callOf({ context, server }: Conversation, { elements, priority, name }: Sync): HttpCall {
  const connection = findServer(context.plan.environment, server)?.server.connection;
  const { path, serverId } = connection?.driver === 'http' ? connection.options : {};
  if (path === undefined) {
    const type = usualElements[elements];
    if (type === null)
      throw new Declined(
        `sync ${name}: a Data Catalog of version 7 knows all, views and webservices, and not ${elements}; for a later one give connection.options.path`,
      );
    return { method: 'POST', path: usualPath, body: { allServers: 'true', type, priority } };
  }
  return {
    method: 'POST',
    path: String(path).replace('{elements}', elements === 'all' ? 'all' : elements.toUpperCase()),
    query: serverId === undefined ? {} : { serverId: String(serverId) },
    body: { allServers: 'true', priority, proceedWithConflicts: priority.toUpperCase() },
  };
}

/** How many elements stand in the lists of this name, however deep. */
function countOf(value: unknown, what: string): number {
  return Object.entries(fieldsOf(value)).reduce((sum, [key, inner]) => {
    if (key !== what) return sum + countOf(inner, what);
    return sum + (Array.isArray(inner) ? inner.length : Number(textOf(inner)) || 0);
  }, 0);
}
