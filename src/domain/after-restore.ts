import { sayTime } from './calendar.ts';
import { type Deployment, hasEnded } from './deployment.ts';
import type { DeploymentEvent } from './events.ts';
import { memberOf, type Plan } from './plan.ts';
import type { Run } from './run.ts';

/** A moment of restoring: when the copy was made, and when it was put back. Epoch milliseconds. */
export interface Restoring {
  copiedAt: number;
  restoredAt: number;
}

/**
 * What becomes of a deployment that a restored copy holds as unfinished. Nobody can know what happened to it after the
 * copy was made, so nothing of the past goes on by itself: what ran ends as unknown, what was about to run is missed.
 * Only what still waits for an hour to come, or for an approval, stays.
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
  const isComing = state === 'scheduled' && startsAt !== null && startsAt > restoredAt;
  return isComing ? [told] : [told, { type: 'missed', reason }];
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
      state: done.length === names.length ? 'ok' : done.length > 0 ? 'partial' : 'error',
      endedBy: 'the restore of an older copy of the database',
    },
  ];
}
