import { mention } from '../actor.ts';
import { sayTime } from '../calendar/calendar.ts';
import { findServer, type Plan, plannedServers } from '../plan/plan.ts';
import { accept, refuse, type Refusal, type Verdict } from '../verdict.ts';
import { type Deployment, hasEnded } from './deployment.ts';
import { sayState } from './say-state.ts';

/** Planned servers that nobody left out yet, in the order of the plan. */
export function includedServers(plan: Plan, { preparation }: Deployment): string[] {
  return plannedServers(plan).filter((name) => !preparation.excluded.has(name));
}

/**
 * A server and those that cannot be deployed to without it: a cluster that takes requests leaves the load balancer as
 * a whole (D-43), what a cluster gets once it gets with one server, and the backup of all is made on one.
 */
export function leftOutTogether(plan: Plan, server: string): string[] {
  const planned = plannedServers(plan);
  if (plan.tasks.some(({ type, on }) => type === 'BACKUP' && on === server)) return planned;
  const clusterOf = (name: string): string | null => findServer(plan.environment, name)?.cluster.name ?? null;
  const own = planned.filter((name) => clusterOf(name) === clusterOf(server));
  return plan.level === 'cluster' || carriesForAll(plan, own, server) ? own : [server];
}

/** Whether its cluster gets something with this server alone, such as the tasks of its Scheduler. */
function carriesForAll(plan: Plan, own: string[], server: string): boolean {
  const hasTasks = (name: string): boolean =>
    plan.tasks.some((task) => task.server === name && task.type === 'SCH');
  const isOnlyFirst = plan.environment.payloads.some(({ placement }) => placement === 'first-in-cluster');
  return (hasTasks(server) && !own.every(hasTasks)) || (isOnlyFirst && own[0] === server);
}

/** Law 14: once it has begun or ended, its servers are what they are. Null before that. */
export function refuseAfterStart({ number, attempt, state, startedAt, zone }: Deployment): Refusal | null {
  if (attempt === 0 && !hasEnded(state)) return null;
  const message =
    startedAt === null
      ? `#${number} has ended without beginning: ${sayState(state)}.`
      : `#${number} began at ${sayTime(startedAt, zone)}, so nothing of this can be decided any more.`;
  return { rule: 'law-14', message, liftedBy: 'nobody', wayOut: `See \`/deploy show ${number}\`.` };
}

/** The servers that go with one that somebody wants left out; refused where it is none, or is left out already. */
export function serversToExclude(plan: Plan, deployment: Deployment, server: string): Verdict<string[]> {
  const { number, zone, preparation } = deployment;
  const nothing = { liftedBy: 'nobody', wayOut: `See \`/deploy show ${number}\`.` };
  if (!plannedServers(plan).includes(server))
    return refuse({ rule: 'law-14', message: `${server} is no server of #${number} any more.`, ...nothing });
  const known = preparation.excluded.get(server);
  if (known)
    return refuse({
      rule: 'law-14',
      message: `${server} was already excluded from #${number} by ${mention(known)} at ${sayTime(known.at, zone)}.`,
      ...nothing,
    });
  return accept(leftOutTogether(plan, server).filter((name) => !preparation.excluded.has(name)));
}

/** Without any server there is nothing to deploy: that is a cancellation, and is called so. */
export function refuseLast(plan: Plan, deployment: Deployment, servers: string[]): Refusal | null {
  const left = includedServers(plan, deployment).filter((name) => !servers.includes(name));
  if (left.length > 0) return null;
  return {
    rule: 'law-13',
    message: `Without ${servers.join(', ')} nothing of #${deployment.number} is left to deploy.`,
    liftedBy: 'nobody',
    wayOut: `Cancel it with \`/deploy cancel ${deployment.number}\`.`,
  };
}
