import { plannedServers } from '../../../src/domain/plan/plan.ts';
import type { Invariant } from '../invariant.ts';
import { type AttemptEntry, type DeploymentEntry, type Ledger, runsOf, taskEntry } from '../ledger.ts';
import type { LogRow } from '../memory.ts';

/** 14. */
export const undoesItsOwn: Invariant = {
  number: '14 rollback',
  says: 'A rollback restores what one deployment changed, all of it and nothing else, in reverse order, once, and only as long as nothing else was deployed there; by itself it comes only when its countdown has run out and nobody kept it.',
  watch: ({ ledger, planOf }) => {
    const changedBy = new Map<string, number>();
    return (happening) => {
      if (happening.is === 'row') return wronglyDecided(ledger, happening.row, planOf);
      if (happening.is !== 'world' || happening.event.type !== 'started') return null;
      const { marker, machine } = happening.event;
      const undone = ledger.deployments.get(marker.deployment)?.plan.undoes;
      if (marker.task.endsWith('-install')) changedBy.set(machine, marker.deployment);
      if (!undone || !marker.task.endsWith('-restore')) return null;
      const last = changedBy.get(machine);
      return last === undone.deployment
        ? null
        : `#${marker.deployment} restores ${machine} to what it was before #${undone.deployment}, and #${last} was there since`;
    };
  },
};

function wronglyDecided(
  ledger: Ledger,
  row: LogRow,
  planOf: (hash: string) => DeploymentEntry['plan'],
): string | null {
  const { event, deployment, at } = row;
  if (event.type === 'requested') {
    const plan = planOf(event.planHash);
    const original = originalOf(ledger, plan);
    if (!original) return null;
    const because = wronglyAsked(ledger, original) ?? wrongServers(original, plan);
    return because ?? (event.by === 'system' ? wronglyByItself(original, at) : null);
  }
  const entry = ledger.deployments.get(deployment);
  return entry ? wronglyDone(ledger, entry, row) : null;
}

function originalOf({ deployments }: Ledger, { undoes }: DeploymentEntry['plan']): DeploymentEntry | null {
  return (undoes && deployments.get(undoes.deployment)) ?? null;
}

function wronglyDone(ledger: Ledger, entry: DeploymentEntry, { event }: LogRow): string | null {
  const { number } = entry;
  const original = originalOf(ledger, entry.plan);
  if (event.type === 'attempt_started' && event.attempt === 1 && original)
    return wrongServers(original, entry.plan);
  if (event.type === 'rollback_announced' && !entry.attempts.at(-1)?.ended)
    return `#${number} counts down and goes on`;
  if (event.type === 'rollback_decided' && !entry.environment.rollback?.onFirstServerFailure)
    return `${event.server} of #${number} is rolled back, and nobody said so`;
  if (event.type === 'task_ended' && event.state === 'warning' && isLookAfterUndoing(entry, event.task))
    return `#${number} does not find what was there before: ${event.message}`;
  return null;
}

/** The look at a server that was restored. */
function isLookAfterUndoing({ plan }: DeploymentEntry, id: number): boolean {
  const tasks = plan.undoes ? plan.tasks : plan.rollbackTasks;
  return tasks.find((task) => task.id === id)?.type === 'VERIFY';
}

function wronglyAsked({ deployments }: Ledger, { number, attempts, queued }: DeploymentEntry): string | null {
  if (queued || !attempts.at(-1)?.ended) return `#${number} is rolled back while it goes on`;
  const other = [...deployments.values()].find(
    ({ plan, closed, attempts: own }) =>
      plan.undoes?.deployment === number && closed === null && !hasFailed(own.at(-1)),
  );
  return other ? `#${number} is rolled back, and #${other.number} does so already` : null;
}

function hasFailed(attempt: AttemptEntry | undefined): boolean {
  return attempt?.ended === true && [...attempt.servers.values()].some((state) => state !== 'ok');
}

/** At least what was changed out there, at most what was begun; in the reverse of the order in which it is deployed to. */
function wrongServers(original: DeploymentEntry, plan: DeploymentEntry['plan']): string | null {
  const undone = plannedServers(plan);
  for (const server of plannedServers(original.plan)) {
    const isUndone = undone.includes(server);
    if (isUndone && !stands(original, server, 'begun'))
      return `${server} is rolled back, and #${original.number} did not touch it`;
    if (!isUndone && stands(original, server, 'changed'))
      return `${server} was changed by #${original.number}, and it is not rolled back`;
  }
  const expected = plannedServers(original.plan).filter((server) => undone.includes(server));
  return expected.toReversed().join() === undone.join()
    ? null
    : `#${original.number} went over ${expected.join(', ')}, and is undone over ${undone.join(', ')}`;
}

/** Whether a server still stands as a deployment has left it, whatever attempt that was. */
function stands(entry: DeploymentEntry, server: string, how: 'begun' | 'changed'): boolean {
  const installs = entry.plan.tasks.filter((task) => task.server === server && task.step === 'install');
  const touching = entry.attempts.filter((attempt) =>
    installs.some(({ id }) =>
      how === 'begun'
        ? taskEntry(attempt, id).intents.length > 0
        : runsOf(entry, attempt.number, id).length > 0,
    ),
  );
  const last = touching.at(-1);
  return last !== undefined && last.servers.get(server) !== 'rolled_back';
}

function wronglyByItself({ number, countdown }: DeploymentEntry, at: number): string | null {
  if (countdown === null) return `#${number} is rolled back by itself, and nothing counts down`;
  return at < countdown ? `#${number} is rolled back ${countdown - at} ms before its countdown ends` : null;
}
