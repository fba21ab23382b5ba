import { failureLimit } from '../domain/attempt/halt.ts';
import { sayWindow } from '../domain/calendar/windows.ts';
import type { Manager } from '../domain/configured/denodo.ts';
import { strategyOf } from '../domain/plan/plan-groups.ts';
import { indexPlan, type Wave } from '../domain/plan/plan-index.ts';
import { liveMembers, type Plan, plannedServers, taskName } from '../domain/plan/plan.ts';
import { revisionName } from '../domain/revision.ts';
import { sayDuration } from './duration.ts';

/** The plan in a few lines, as an approver reads it: groups in order, what stays in service, what runs on each server. */
export function sayPlan(plan: Plan): string {
  if (plan.environment.manager !== null)
    return [...sayManager(plan, plan.environment.manager), ...sayLeftOut(plan)].join('\n');
  return [
    `*Plan*: ${sayServers(plannedServers(plan).length)}, ${sayStrategy(plan)}`,
    ...sayGroups(plan),
    ...saySteps(plan),
    ...sayRollback(plan),
    ...sayLeftOut(plan),
  ].join('\n');
}

/** What of the plan no list of its servers says: how, what runs on each, what is signed with it, and when it may. */
export function sayPlanTerms(plan: Plan): string {
  if (plan.environment.manager !== null)
    return [...sayManager(plan, plan.environment.manager), ...sayLeftOut(plan)].join('\n');
  return [
    `*Plan*: ${sayServers(plannedServers(plan).length)}, ${sayStrategy(plan)}`,
    ...saySteps(plan),
    ...sayScripts(plan),
    ...sayWindows(plan),
    ...sayRollback(plan),
    ...sayLeftOut(plan),
  ].join('\n');
}

function sayScripts({ scriptDigests }: Plan): string[] {
  const names = Object.entries(scriptDigests).map(
    ([path, digest]) => `${path.split('/').at(-1) ?? path} \`${digest.slice(0, 8)}\``,
  );
  return names.length === 0 ? [] : [`Scripts of the load balancer: ${names.join(', ')}`];
}

function sayWindows({ environment: { windows } }: Plan): string[] {
  return windows.length === 0 ? [] : [`Only inside ${windows.map(sayWindow).join('; ')}`];
}

/** Its servers are no business of ours: what it does to them it decides, and tells. */
function sayManager({ revisions }: Plan, { environmentId }: Manager): string[] {
  const names = revisions.map(revisionName).join(', ');
  return [
    '*Plan*: left to the Solution Manager',
    `The Solution Manager deploys ${names} to its environment ${environmentId}, in its own order and by its own rules; each of its tasks is told in the thread.`,
  ];
}

function sayServers(count: number): string {
  return count === 1 ? '1 server' : `${count} servers`;
}

/** `1 stays`, `2 stay`. */
export function stay(count: number): string {
  return count === 1 ? 'stays' : 'stay';
}

function sayFailed(count: number): string {
  return count === 1 ? '1 failed server' : `${count} failed servers`;
}

function sayStrategy(plan: Plan): string {
  if (plan.environment.parallel) return `in waves${sayWaveRules(plan)}`;
  if (plan.environment.paradigm === 'simple') {
    const order = plannedServers(plan).length > 1 ? 'one after another, ' : '';
    return `${order}without the load balancer`;
  }
  return `${strategyOf(plan.environment).replaceAll('-', ' ')} over ${plan.level}s`;
}

function sayWaveRules(plan: Plan): string {
  const { parallel, paradigm, maxFailures } = plan.environment;
  const inFlight = parallel?.clustersInFlight ?? 1;
  return [
    paradigm === 'simple'
      ? ', without the load balancer'
      : `, each server out by itself, ${plan.minInService} ${stay(plan.minInService)} in service`,
    inFlight > 1 ? `, ${inFlight} clusters at the same time` : '',
    parallel?.pauseBetweenClusters ? ', a person is asked between clusters' : '',
    maxFailures ? `, nothing more begins after ${sayFailed(failureLimit(plan))}` : '',
  ].join('');
}

function sayWave(plan: Plan, { cluster, groups, atOnce }: Wave, index: number): string {
  const servers = groups.flatMap((group) => plan.groups[group] ?? []);
  const pace = servers.length > atOnce ? `, ${atOnce} at once` : '';
  return `${index + 1}. ${cluster ?? ''}: ${servers.join(', ')}${pace}`;
}

function sayGroups(plan: Plan): string[] {
  if (plan.environment.parallel)
    return indexPlan(plan).waves.map((wave, index) => sayWave(plan, wave, index));
  const total = liveMembers(plan.environment, plan.level).length;
  return plan.groups.map((members, index) => {
    const servers =
      plan.level === 'cluster' ? members.map((member) => `${member} (${serversOf(plan, member)})`) : members;
    const left =
      plan.environment.paradigm === 'simple'
        ? ''
        : `, ${total - members.length} of ${total} ${plan.level}s ${stay(total - members.length)} in service`;
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
  const own = plan.tasks.filter(
    (task) => task.server === first && task.phase === 'server' && task.on === null,
  );
  const words = own.map((task) => task.step ?? taskName(task));
  return [...(words.length === 0 ? [] : [`On each server: ${words.join(', ')}`]), ...sayElsewhere(plan)];
}

/** What is done on other servers than those that are deployed to; servers with the same work share a line. */
function sayElsewhere({ tasks }: Plan): string[] {
  const work = new Map<string, string[]>();
  for (const task of tasks)
    if (task.on !== null) work.set(task.on, [...(work.get(task.on) ?? []), taskName(task)]);
  const servers = new Map<string, string[]>();
  for (const [server, names] of work) {
    const words = names.join(', ');
    servers.set(words, [...(servers.get(words) ?? []), server]);
  }
  return [...servers].map(([words, names]) => `On ${names.join(', ')}: ${words}`);
}

/** What happens by itself when it fails: whoever approves the plan approves that too. */
function sayRollback({ environment: { rollback }, undoes }: Plan): string[] {
  if (!rollback || undoes) return [];
  const { onFirstServerFailure, countdownSeconds, lockAfter } = rollback;
  const sentences = [
    ...(onFirstServerFailure ? ['the first server is restored at once when it fails'] : []),
    ...(countdownSeconds === null
      ? []
      : [
          `what failed is rolled back ${sayDuration(countdownSeconds * 1_000)} after the end unless somebody keeps it`,
        ]),
    ...(lockAfter ? ['the environment is locked after a rollback'] : []),
  ];
  return sentences.length === 0 ? [] : [`By itself: ${sentences.join('; ')}`];
}

function sayLeftOut(plan: Plan): string[] {
  const names = plan.tasks.filter((task) => task.group === null).map((task) => task.server ?? task.cluster);
  return names.length === 0 ? [] : [`Switched off, left alone: ${names.join(', ')}`];
}
