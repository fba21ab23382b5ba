import { scriptOf } from '../../../src/balancer/arguments.ts';
import { type PlannedTask, stepOf } from '../../../src/domain/plan.ts';
import type { Invariant } from '../invariant.ts';
import { type DeploymentEntry, type Ledger, runsOf, taskEntry, taskOfMarker } from '../ledger.ts';

/** 3. */
export const atMostOnce: Invariant = {
  number: '3 at most once',
  says: 'A task that is not declared idempotent begins once, and once more only for each time a person said so.',
  watch:
    ({ ledger }) =>
    (happening) => {
      if (happening.is !== 'world' || happening.event.type !== 'started') return null;
      const { deployment, attempt: number, task: name } = happening.event.marker;
      const entry = ledger.deployments.get(deployment);
      const attempt = entry?.attempts.find((candidate) => candidate.number === number);
      const task = entry && taskOfMarker(entry, name);
      if (!entry || !attempt || !task || isIdempotent(entry, task)) return null;
      const before = runsOf(entry, number, task.id).length;
      const { retries } = taskEntry(attempt, task.id);
      return before > retries
        ? `${name} of #${deployment}/${number} begins ${before + 1} times, and a person said "retry" ${retries} times`
        : null;
    },
};

function isIdempotent({ plan }: DeploymentEntry, task: PlannedTask): boolean {
  return task.type === 'STEP' ? stepOf(plan, task).step.idempotent : scriptOf(plan, task).idempotent;
}

/** 4. */
export const writeAhead: Invariant = {
  number: '4 write-ahead',
  says: 'Whatever begins out there has an intent in the log before it, with the same deployment, attempt, task, run and fence, under the plan that was signed.',
  watch:
    ({ ledger }) =>
    (happening) => {
      if (happening.is !== 'world' || happening.event.type !== 'started') return null;
      const { marker, fence, machine } = happening.event;
      const entry = ledger.deployments.get(marker.deployment);
      const task = entry && taskOfMarker(entry, marker.task);
      const attempt = entry?.attempts.find(({ number }) => number === marker.attempt);
      const what = `${marker.task}.${marker.run} of #${marker.deployment}/${marker.attempt}`;
      if (!entry || !task || !attempt) return `${what} begins and is no part of any plan`;
      if (nameOf(task) !== marker.task || (task.action === null && task.server !== machine))
        return `${what} begins on ${machine}, and the plan says ${nameOf(task)} on ${task.server}`;
      const { intents } = taskEntry(attempt, task.id);
      return intents.some((intent) => intent.run === marker.run && intent.fence === fence)
        ? null
        : `${what} begins under fence ${fence} without an intent before it`;
    },
};

function nameOf(task: PlannedTask): string {
  return task.action === null
    ? `${task.id}-${task.step}`
    : `${task.id}-${task.action}-${task.server ?? task.cluster}`;
}

/** 5. */
export const fenceOrder: Invariant = {
  number: '5 fence order',
  says: 'Fences never fall: in the log of an environment, on a target, and after a probe nothing begins under a lower one.',
  watch: () => {
    const inLog = new Map<string, number>();
    const onTarget = new Map<string, number>();
    const probed = new Map<string, number>();
    const rises = (seen: Map<string, number>, key: string, fence: number): boolean => {
      const highest = seen.get(key) ?? 0;
      seen.set(key, Math.max(highest, fence));
      return fence >= highest;
    };
    return (happening) => {
      if (happening.is === 'row') {
        const { fence, event, deployment } = happening.row;
        if (fence === null) return null;
        if (!rises(inLog, 'shop', fence))
          return `#${deployment} writes ${event.type} under fence ${fence}, below ${inLog.get('shop')}`;
        if (event.type === 'task_found') rises(probed, `${deployment}/${event.task}.${event.run}`, fence);
        return null;
      }
      if (happening.is !== 'world') return null;
      const { type, machine, fence, marker } = happening.event;
      if (type !== 'started' && type !== 'sealed') return null;
      if (!rises(onTarget, machine, fence))
        return `${machine} takes fence ${fence} after it took ${onTarget.get(machine)}`;
      const key = `${marker.deployment}/${Number(marker.task.split('-', 1)[0])}.${marker.run}`;
      const sealedAt = probed.get(key) ?? 0;
      return type === 'started' && fence < sealedAt
        ? `${marker.task}.${marker.run} begins under fence ${fence}, though a probe under ${sealedAt} had looked`
        : null;
    };
  },
};

/** 9. */
export const orderAndHalt: Invariant = {
  number: '9 order and halt',
  says: 'Steps follow the plan, nothing follows a failed step on its server, no server begins after a halt or in a pause, no step once everything is to be ended, and an attempt ends once.',
  watch:
    ({ ledger }) =>
    (happening) => {
      if (happening.is === 'row') {
        const { event, deployment } = happening.row;
        const attempt = ledger.deployments.get(deployment)?.attempts.at(-1);
        if (!attempt) return null;
        if (event.type === 'server_started' && attempt.halted !== null)
          return `${event.server} of #${deployment} begins, though ${attempt.halted}`;
        if (event.type === 'server_started' && attempt.paused)
          return `${event.server} of #${deployment} begins, though it is paused`;
        if (event.type === 'task_intended' && attempt.endsNow && isStep(ledger, deployment, event.task))
          return `step ${event.task} of #${deployment} begins, though everything is to be ended`;
        const isOfAttempt = /^(task_|server_|group_|service_|attempt_(resumed|ended))/.test(event.type);
        return attempt.ended && isOfAttempt
          ? `#${deployment} goes on with ${event.type} after its end`
          : null;
      }
      if (happening.is !== 'world' || happening.event.type !== 'started') return null;
      const { marker } = happening.event;
      const entry = ledger.deployments.get(marker.deployment);
      const task = entry && taskOfMarker(entry, marker.task);
      return entry && task?.type === 'STEP' ? outOfOrder(entry, marker.attempt, task) : null;
    },
};

function isStep({ deployments }: Ledger, deployment: number, task: number): boolean {
  return deployments.get(deployment)?.plan.tasks.find(({ id }) => id === task)?.type === 'STEP';
}

function outOfOrder(entry: DeploymentEntry, number: number, task: PlannedTask): string | null {
  const attempt = entry.attempts.find((candidate) => candidate.number === number);
  if (!attempt || taskEntry(attempt, task.id).givenUp) return null;
  const steps = entry.plan.tasks.filter(({ type }) => type === 'STEP');
  for (const other of steps) {
    const began = runsOf(entry, number, other.id).length > 0;
    if (other.id > task.id && began && (other.server === task.server || !entry.environment.parallel))
      return `step ${task.step} of ${task.server} begins after step ${other.step} of ${other.server}`;
    if (other.id >= task.id || other.server !== task.server) continue;
    const { end } = taskEntry(attempt, other.id);
    if (end !== 'ok' && end !== 'warning' && end !== 'skipped')
      return `step ${task.step} of ${task.server} begins, and step ${other.step} stands as ${end ?? 'not ended'}`;
  }
  return null;
}
