import type { DeploymentEvent } from '../events/deployment-event.ts';
import type { AttemptEnd } from '../events/states.ts';
import type { IndexedPlan } from '../plan/plan-index.ts';
import type { Action } from './action.ts';
import { type Run, taskRun } from './run.ts';

/** After the end a person puts a held member back: its enable is performed, or probed, and how it came out is written. */
export function putBackActions(
  index: IndexedPlan,
  run: Run,
  { member, task: id }: NonNullable<Run['putBack']>,
): Action[] {
  if (run.question) return [{ do: 'wait' }];
  const task = index.tasks.get(id);
  const planned = index.members.get(member);
  if (!task || !planned) throw new Error(`${member} is no member of the plan`);
  const { group } = planned;
  const { end, intended, run: times } = taskRun(run, id);
  if (intended) return [{ do: 'probe', group, task, run: times }];
  if (end === null) return [{ do: 'perform', group, task, run: times }];
  return [{ do: 'record', events: [serviceNow(index, run, member, id), over(run, member)] }];
}

function serviceNow(index: IndexedPlan, run: Run, member: string, id: number): DeploymentEvent {
  const { end, message } = taskRun(run, id);
  const servers = [...run.servers.keys()].filter((name) => index.memberOfServer.get(name)?.name === member);
  return end === 'ok' || end === 'warning'
    ? { type: 'service_changed', member, servers, inService: 'yes', reason: 'put back by a person' }
    : {
        type: 'service_changed',
        member,
        servers,
        inService: 'held',
        reason: `it could not be put back into the load balancer: ${message}`,
      };
}

function over({ ended }: Run, member: string): DeploymentEvent {
  const state: AttemptEnd = ended?.state ?? 'error';
  return { type: 'put_back_ended', member, state };
}
