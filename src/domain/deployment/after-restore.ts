import type { Run } from '../attempt/run.ts';
import { leftOut } from '../attempt/standing.ts';
import { sayTime } from '../calendar/calendar.ts';
import type { DeploymentEvent } from '../events/deployment-event.ts';
import type { Question } from '../events/question.ts';
import { memberOf, type Plan, plannedServers } from '../plan/plan.ts';
import { type Deployment, hasEnded } from './deployment.ts';

/** A moment of restoring: when the copy was made, and when it was put back. Epoch milliseconds. */
export interface Restoring {
  copiedAt: number;
  restoredAt: number;
}

/**
 * What becomes of a deployment that a restored copy holds as unfinished. Nobody can know what happened to it after the
 * copy was made, so nothing of the past goes on by itself: what ran ends as unknown, what was about to run is missed.
 * Only what still waits for an hour to come, or for an approval, stays; of the first a person is asked whether it is
 * still wanted, because its cancellation may be among what was lost.
 */
export function afterRestore(deployment: Deployment, plan: Plan, restoring: Restoring): DeploymentEvent[] {
  if (hasEnded(deployment.state)) return [];
  const { copiedAt, restoredAt } = restoring;
  const { state, run, startsAt, expiresAt, zone } = deployment;
  const told: DeploymentEvent = { type: 'restored', copiedAt };
  const reason = `the database was restored from a copy made at ${sayTime(copiedAt, zone)}, and whether it ran after that is not known`;
  if (run && !run.ended) return [told, ...endRun(run, plan)];
  if (state === 'awaiting_approval') {
    const isPast = [expiresAt, startsAt].some((instant) => instant !== null && instant <= restoredAt);
    return isPast ? [told, { type: 'expired', reason }] : [told];
  }
  if (startsAt === null || startsAt <= restoredAt) return [told, { type: 'missed', reason }];
  if (state === 'scheduled') return [told, askStillWanted(deployment, startsAt, restoring)];
  const isAsked = deployment.question?.kind === 'after-restore';
  return isAsked ? [told] : [told, { type: 'missed', reason }];
}

/** Nobody's answer until its hour means that it does not begin. */
function askStillWanted(
  { number, zone }: Deployment,
  startsAt: number,
  { copiedAt, restoredAt }: Restoring,
): DeploymentEvent {
  const question: Question = {
    id: `restored-${restoredAt}`,
    kind: 'after-restore',
    text: `#${number} is to start at ${sayTime(startsAt, zone)}, and the database was restored from a copy made at ${sayTime(copiedAt, zone)}: it may have been cancelled since. Is it still wanted?`,
    task: null,
    group: null,
    choices: ['keep', 'skip'],
    defaultChoice: 'skip',
    deadlineAt: startsAt,
  };
  return { type: 'question_asked', question };
}

const notKnown = 'whether it went on after the copy of the database was made is not known';

function endRun(run: Run, plan: Plan): DeploymentEvent[] {
  const out = new Set([...run.service].filter(([, service]) => service === 'no').map(([member]) => member));
  const isOut = (server: string): boolean => out.has(memberOf(plan, server));
  const names = [...run.servers.keys()];
  const open = [...run.servers]
    .filter(
      ([name, { state }]) => state === 'pending' || state === 'deploying' || (state === 'ok' && isOut(name)),
    )
    .map(([name]) => name);
  const done = [...run.servers].filter(([name, { state }]) => state === 'ok' && !open.includes(name));
  const isAll = done.length === names.length && leftOut(run, plannedServers(plan)).length === 0;
  return [
    ...open.map((server): DeploymentEvent => {
      const to = run.servers.get(server)?.to ?? null;
      return { type: 'server_ended', server, state: 'unknown', message: notKnown, to };
    }),
    ...[...out].map((member): DeploymentEvent => {
      const servers = names.filter((name) => memberOf(plan, name) === member);
      const reason =
        'it was out of the load balancer in the restored copy; whether it was put back is not known';
      return { type: 'service_changed', member, servers, inService: 'held', reason };
    }),
    {
      type: 'attempt_ended',
      attempt: run.attempt,
      state: isAll ? 'ok' : done.length > 0 ? 'partial' : 'error',
      endedBy: 'the restore of an older copy of the database',
      ...(run.excluded.length > 0 && { excluded: run.excluded }),
    },
  ];
}
