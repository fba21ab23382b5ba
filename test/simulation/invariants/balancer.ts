import { memberOf, type PlannedTask } from '../../../src/domain/plan/plan.ts';
import type { Invariant } from '../invariant.ts';
import {
  type AttemptEntry,
  type DeploymentEntry,
  type Ledger,
  runsOf,
  taskEntry,
  taskOfMarker,
} from '../ledger.ts';
import type { LogRow } from '../memory.ts';

/** 2. */
export const enabledOnlyWhenRight: Invariant = {
  number: '2 load balancer safety',
  says: 'A member is put back only when every server of it that was touched ended all its steps well, verification last, in the log and in the world, or a person decided so; and it counts as in service only then.',
  watch:
    ({ ledger }) =>
    (happening) => {
      if (happening.is === 'row') return saysOtherwise(ledger, happening.row);
      if (happening.is !== 'world' || happening.event.type !== 'started') return null;
      const { deployment, attempt: number, task: name, run } = happening.event.marker;
      const entry = ledger.deployments.get(deployment);
      const attempt = entry?.attempts.find((candidate) => candidate.number === number);
      const task = entry && taskOfMarker(entry, name);
      if (!entry || !attempt || task?.action !== 'enable') return null;
      const member = task.server ?? task.cluster;
      if (attempt.putBack && run > taskEntry(attempt, task.id).givenUpRun)
        return wronglyPutBack(ledger, deployment, member);
      for (const step of stepsOf(entry, member)) {
        const because = notRight(entry, attempt, step);
        if (because !== null) return `${member} is put back, and ${because}`;
      }
      return null;
    },
};

/** A person's word puts a member back only as long as it is the one that was held. */
function wronglyPutBack({ deployments, service }: Ledger, deployment: number, member: string): string | null {
  const wanted = deployments.get(deployment)?.attempts.at(-1)?.putBack?.member;
  if (wanted !== member) return `#${deployment} puts ${member} back, and a person asked for ${wanted}`;
  const now = service.get(member);
  return now?.deployment === deployment && now.inService === 'held'
    ? null
    : `#${deployment} puts ${member} back, which is ${now?.inService} by #${now?.deployment}`;
}

/** What is decided about a held member, and what the log says of what is in service. */
function saysOtherwise(ledger: Ledger, { event, deployment }: LogRow): string | null {
  const entry = ledger.deployments.get(deployment);
  const attempt = entry?.attempts.at(-1);
  if (!entry || !attempt) return null;
  if (event.type === 'put_back_requested' || event.type === 'kept_out') {
    const now = ledger.service.get(event.member);
    const isHeld = now?.inService === 'held' && now.deployment === deployment;
    if (!attempt.ended || attempt.putBack) return `${event.type} of #${deployment}, which has not ended`;
    return isHeld ? null : `${event.type} of #${deployment} is about ${event.member}, which it does not hold`;
  }
  if (event.type !== 'service_changed' || event.inService !== 'yes') return null;
  const enable = entry.plan.tasks.find(
    ({ action, server, cluster }) => action === 'enable' && (server ?? cluster) === event.member,
  );
  const last = enable && runsOf(entry, attempt.number, enable.id).at(-1);
  return last?.exitCode === 0
    ? null
    : `${event.member} counts as put back, and no script of it has ended well`;
}

/** What is done on a server, and the look at it afterwards. */
const restoredBy = new Set(['STEP', 'MANUAL', 'ROLLBACK', 'VERIFY']);

function stepsOf({ plan }: DeploymentEntry, member: string): PlannedTask[] {
  return plan.tasks.filter(
    ({ type, server }) => restoredBy.has(type) && server !== null && memberOf(plan, server) === member,
  );
}

/** Why a step speaks against putting its member back; null where its server was never touched, or it ended well. */
function notRight(entry: DeploymentEntry, attempt: AttemptEntry, step: PlannedTask): string | null {
  const server = step.server ?? '';
  const latest = latestAttemptOf(entry, attempt, server);
  if (!latest) return null;
  const { end, passed } = taskEntry(latest, step.id);
  if (end !== 'ok' && end !== 'warning' && end !== 'skipped')
    return `step ${step.step} of ${server} stands as ${end ?? 'not ended'} in the log`;
  // Somebody decided to leave it out, or has done it.
  if (passed !== null) return null;
  if (step.type === 'MANUAL') return `nobody said that ${step.step} of ${server} is done or left out`;
  if (step.type === 'VERIFY') return null;
  const last = runsOf(entry, latest.number, step.id).at(-1);
  if (end !== 'skipped' && last?.exitCode !== 0)
    return `step ${step.step} of ${server} ended with ${last?.exitCode ?? 'no exit code'} in the world`;
  return null;
}

function wasTouched(entry: DeploymentEntry, attempt: AttemptEntry, task: PlannedTask): boolean {
  return runsOf(entry, attempt.number, task.id).length > 0 || taskEntry(attempt, task.id).passed !== null;
}

/** A server stands as the last attempt left it that did something there; null where none did. */
function latestAttemptOf(entry: DeploymentEntry, attempt: AttemptEntry, server: string): AttemptEntry | null {
  const tasks = entry.plan.tasks.filter((task) => task.server === server && task.action === null);
  const hasTouched = (candidate: AttemptEntry): boolean =>
    tasks.some((task) => wasTouched(entry, candidate, task));
  return (
    entry.attempts.findLast((candidate) => candidate.number <= attempt.number && hasTouched(candidate)) ??
    null
  );
}

/** 8. */
export const capacity: Invariant = {
  number: '8 capacity',
  says: 'Never are more members out than the floor and the strategy allow, and a later group leaves only when every earlier one is back or held.',
  watch:
    ({ ledger, membersOut }) =>
    (happening) => {
      if (happening.is !== 'world') return null;
      const { marker, type, exitCode } = happening.event;
      const entry = ledger.deployments.get(marker.deployment);
      const attempt = entry?.attempts.find(({ number }) => number === marker.attempt);
      const task = entry && taskOfMarker(entry, marker.task);
      if (!entry || !attempt || task?.action !== 'disable') return null;
      if (type === 'started') return leavesTooEarly(entry, attempt, task);
      if (type !== 'ended' || exitCode !== 0) return null;
      return tooManyOut(entry, attempt, new Set([...membersOut(), task.server ?? task.cluster]));
    },
};

function leavesTooEarly(
  { plan, environment }: DeploymentEntry,
  attempt: AttemptEntry,
  task: PlannedTask,
): string | null {
  if (environment.parallel) return null;
  for (const [group, members] of plan.groups.entries()) {
    if (group >= (task.group ?? 0)) break;
    const away = members.find((member) => attempt.service.get(member) === 'no');
    if (away !== undefined)
      return `${task.server ?? task.cluster} leaves while ${away} is neither back nor held`;
  }
  return null;
}

function tooManyOut(
  { plan, environment }: DeploymentEntry,
  attempt: AttemptEntry,
  out: Set<string>,
): string | null {
  // Also those that this plan leaves alone; in no history is any of them disabled.
  const all = environment.clusters.flatMap(({ name, servers }) =>
    plan.level === 'cluster' ? [name] : servers.map((server) => server.name),
  );
  const left = all.filter((member) => !out.has(member)).length;
  if (left < plan.minInService && all.length > 1)
    return `only ${left} of ${all.length} members are in service, and the floor is ${plan.minInService}`;
  const atOnce = environment.parallel
    ? environment.parallel.perCluster * environment.parallel.clustersInFlight
    : Math.max(...plan.groups.map((group) => group.length));
  const mine = [...attempt.service].filter(([member, service]) => service === 'no' && out.has(member));
  if (mine.length > atOnce)
    return `${mine.length} members are out at once, and the strategy allows ${atOnce}`;
  return null;
}
