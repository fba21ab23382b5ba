import { strategyOf } from '../domain/plan-groups.ts';
import { liveMembers, type Plan, plannedServers } from '../domain/plan.ts';

/** The plan in a few lines, as an approver reads it: groups in order, what stays in service, what runs on each server. */
export function sayPlan(plan: Plan): string {
  return [
    `*Plan*: ${plannedServers(plan).length} servers, ${sayStrategy(plan)}`,
    ...sayGroups(plan),
    ...saySteps(plan),
    ...sayLeftOut(plan),
  ].join('\n');
}

function sayStrategy(plan: Plan): string {
  if (plan.environment.paradigm === 'simple') return 'one after another, without the load balancer';
  return `${strategyOf(plan.environment).replaceAll('-', ' ')} over ${plan.level}s`;
}

function sayGroups(plan: Plan): string[] {
  const total = liveMembers(plan.environment, plan.level).length;
  return plan.groups.map((members, index) => {
    const servers =
      plan.level === 'cluster' ? members.map((member) => `${member} (${serversOf(plan, member)})`) : members;
    const left =
      plan.environment.paradigm === 'simple'
        ? ''
        : `, ${total - members.length} of ${total} ${plan.level}s stay in service`;
    return `${index + 1}. ${servers.join(', ')}${left}`;
  });
}

function serversOf(plan: Plan, cluster: string): string {
  const planned = plan.tasks.filter(
    (task) => task.cluster === cluster && task.server !== null && task.group !== null,
  );
  return [...new Set(planned.map((task) => task.server))].join(', ');
}

function saySteps(plan: Plan): string[] {
  const first = plannedServers(plan)[0];
  const steps = plan.tasks.filter((task) => task.server === first && task.type === 'STEP');
  if (steps.length === 0) return [];
  return [
    `On each server: ${steps.map((task) => task.step).join(', ')}${plan.environment.readBack ? ', read-back' : ''}`,
  ];
}

function sayLeftOut(plan: Plan): string[] {
  const names = plan.tasks.filter((task) => task.group === null).map((task) => task.server ?? task.cluster);
  return names.length === 0 ? [] : [`Switched off, left alone: ${names.join(', ')}`];
}
