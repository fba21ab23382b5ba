import { scriptOf } from '../../../src/balancer/arguments.ts';
import { type PlannedTask, stepOf } from '../../../src/domain/plan/plan.ts';
import type { Invariant } from '../invariant.ts';
import { type DeploymentEntry, runsOf, taskEntry, taskOfMarker } from '../ledger.ts';

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
  return task.action === null ? stepOf(plan, task).step.idempotent : scriptOf(plan, task).idempotent;
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
