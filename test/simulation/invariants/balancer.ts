import { memberOf, type PlannedTask } from '../../../src/domain/plan.ts';
import type { Invariant } from '../invariant.ts';
import { type AttemptEntry, type DeploymentEntry, runsOf, taskEntry, taskOfMarker } from '../ledger.ts';

/** 2. */
export const enabledOnlyWhenRight: Invariant = {
  number: '2 load balancer safety',
  says: 'A member is put back only when every server of it that was touched ended all its steps well, verification last, in the log and in the world.',
  watch:
    ({ ledger }) =>
    (happening) => {
      if (happening.is !== 'world' || happening.event.type !== 'started') return null;
      const { deployment, attempt: number, task: name } = happening.event.marker;
      const entry = ledger.deployments.get(deployment);
      const attempt = entry?.attempts.find((candidate) => candidate.number === number);
      const task = entry && taskOfMarker(entry, name);
      if (!entry || !attempt || task?.action !== 'enable') return null;
      const member = task.server ?? task.cluster;
      for (const step of stepsOf(entry, member)) {
        const because = notRight(entry, attempt, step);
        if (because !== null) return `${member} is put back, and ${because}`;
      }
      return null;
    },
};

function stepsOf({ plan }: DeploymentEntry, member: string): PlannedTask[] {
  return plan.tasks.filter(
    ({ type, server }) => type === 'STEP' && server !== null && memberOf(plan, server) === member,
  );
}

/** Why a step speaks against putting its member back; null where its server was never touched, or it ended well. */
function notRight(entry: DeploymentEntry, attempt: AttemptEntry, step: PlannedTask): string | null {
  const server = step.server ?? '';
  const latest = latestAttemptOf(entry, attempt, server);
  if (!latest) return null;
  const { end } = taskEntry(latest, step.id);
  if (end !== 'ok' && end !== 'warning' && end !== 'skipped')
    return `step ${step.step} of ${server} stands as ${end ?? 'not ended'} in the log`;
  const last = runsOf(entry, latest.number, step.id).at(-1);
  if (end !== 'skipped' && last?.exitCode !== 0)
    return `step ${step.step} of ${server} ended with ${last?.exitCode ?? 'no exit code'} in the world`;
  return null;
}

/** A server stands as the last attempt left it that ran a step there. */
function latestAttemptOf(entry: DeploymentEntry, attempt: AttemptEntry, server: string): AttemptEntry | null {
  const steps = entry.plan.tasks.filter((task) => task.type === 'STEP' && task.server === server);
  const hasTouched = ({ number }: AttemptEntry): boolean =>
    steps.some(({ id }) => runsOf(entry, number, id).length > 0);
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
  const all = plan.groups.flat();
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
