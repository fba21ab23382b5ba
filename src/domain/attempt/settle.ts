import { sayActor } from '../actor.ts';
import type { DeploymentEvent } from '../events/deployment-event.ts';
import type { ServerState } from '../events/states.ts';
import type { IndexedPlan } from '../plan/plan-index.ts';
import { afterCluster, clusterOf } from './after-cluster.ts';
import { endOfAttempt } from './attempt-end.ts';
import { haltOf, type Halt } from './halt.ts';
import { memberOutlooks, type MemberOutlook, endedWell } from './member-outlook.ts';
import { type Run, serverRun, taskRun } from './run.ts';
import { serverOutlook } from './server-outlook.ts';

/**
 * The facts that follow from what is known and are not written yet: ends of servers, what is in service or held,
 * and at last the end of the attempt. Writing them and asking again reaches a point where nothing follows.
 */
export function settle(index: IndexedPlan, run: Run): DeploymentEvent[] {
  const ends = serverEnds(index, run);
  if (ends.length > 0) return ends;
  const outlooks = memberOutlooks(index, run);
  const service = outlooks.flatMap((outlook) => serviceChange(run, outlook));
  if (service.length > 0) return service;
  const isOpen = [...run.tasks.values()].some(({ intended }) => intended);
  return isOpen ? [] : endOfAttempt(index, run, outlooks);
}

function serverEnds(index: IndexedPlan, run: Run): DeploymentEvent[] {
  const halt = run.question ? null : haltOf(index.plan, run);
  const inWaves = index.plan.environment.parallel !== null;
  const busy = !inWaves && [...run.servers.values()].some((server) => server.state === 'deploying');
  return [...run.servers.keys()].flatMap((name): DeploymentEvent[] => {
    if (serverRun(run, name).state === 'deploying') return endOfSteps(index, run, name);
    const end = endOfResting(index, run, name) ?? (halt && !busy ? leftBehind(run, name, halt) : null);
    return end ? [endEvent(index, run, name, end)] : [];
  });
}

interface ServerEnd {
  state: ServerState;
  message: string | null;
}

function endEvent(index: IndexedPlan, run: Run, name: string, end: ServerEnd): DeploymentEvent {
  return { type: 'server_ended', server: name, to: lastReadBack(index, run, name), ...end };
}

function endOfSteps(index: IndexedPlan, run: Run, name: string): DeploymentEvent[] {
  const outlook = serverOutlook(index, run, name);
  if (outlook.is === 'to-be-rolled-back') return [{ type: 'rollback_decided', server: name }];
  if (outlook.is !== 'ended') return [];
  const { state, message } = outlook;
  return [endEvent(index, run, name, { state, message })];
}

/** The end of a server on which nothing is under way. */
function endOfResting(index: IndexedPlan, run: Run, name: string): ServerEnd | null {
  const { state } = serverRun(run, name);
  if (state === 'pending') return endBeforeBeginning(index, run, name);
  return state === 'ok' ? (enableFailure(index, run, name) ?? clusterFailure(index, run, name)) : null;
}

/** A server of a refused group, or of a member that could not be taken out, is never begun (law 4). */
function endBeforeBeginning(index: IndexedPlan, run: Run, name: string): ServerEnd | null {
  const member = index.memberOfServer.get(name);
  const check = member && run.groups.get(member.group);
  const problem = check?.problems.find((candidate) => candidate.server === name);
  if (problem) return { state: 'preflight_failed', message: problem.message };
  if (check && check.problems.length > 0)
    return { state: 'skipped', message: `its group was not begun: ${check.problems[0]?.message ?? ''}` };
  const end = member?.disable ? taskRun(run, member.disable.id) : null;
  if (end?.end !== 'error' && end?.end !== 'unknown') return null;
  const message = `could not be taken out of the load balancer, so nothing was deployed: ${end.message}`;
  return { state: end.end, message };
}

/** A failed enable leaves the server right, but held. */
function enableFailure(index: IndexedPlan, run: Run, name: string): ServerEnd | null {
  const enable = index.memberOfServer.get(name)?.enable;
  const end = enable ? taskRun(run, enable.id) : null;
  if (end?.end !== 'error' && end?.end !== 'unknown') return null;
  return {
    state: end.end,
    message: `deployed, but could not be put back into the load balancer: ${end.message}`,
  };
}

/** What follows a cluster failed, and may not: none of its servers is a success. */
function clusterFailure(index: IndexedPlan, run: Run, name: string): ServerEnd | null {
  const after = afterCluster(index, run, clusterOf(index, name));
  if (after.is !== 'failed') return null;
  return { state: after.end, message: `deployed, but what follows its cluster failed: ${after.message}` };
}

function leftBehind(run: Run, name: string, halt: Halt): ServerEnd | null {
  if (serverRun(run, name).state !== 'pending') return null;
  if (halt.by === 'person')
    return { state: 'cancelled', message: `stopped by ${sayActor(halt.person, halt.via)} before it began` };
  const why =
    'rule' in halt ? `not begun because of ${halt.rule}` : `not begun: stopped by ${sayActor(halt.person)}`;
  return { state: 'skipped', message: why };
}

/** What it said last of what runs there; of a server that was restored meanwhile, only what it said since. */
function lastReadBack(index: IndexedPlan, run: Run, name: string): string | null {
  const tasks = serverRun(run, name).isRollingBack ? index.rollbackTasks : index.serverTasks;
  const verify = tasks.get(name)?.find((task) => task.type === 'VERIFY');
  return verify ? taskRun(run, verify.id).readBack : null;
}

interface Service {
  inService: 'yes' | 'no' | 'held';
  reason: string;
}

/** At every end each member is in service, or stands as held with its reason (law 4). */
function serviceChange(run: Run, outlook: MemberOutlook): DeploymentEvent[] {
  const change = serviceOf(run, outlook);
  if (!change || run.service.get(outlook.name) === change.inService) return [];
  return [{ type: 'service_changed', member: outlook.name, servers: outlook.servers, ...change }];
}

function serviceOf(run: Run, outlook: MemberOutlook): Service | null {
  const { disable, enable } = outlook;
  const disabled = disable && taskRun(run, disable.id).end;
  if (disabled === null) return null;
  if (enable && endedWell(run, enable))
    return { inService: 'yes', reason: 'put back into the load balancer' };
  if (disabled === 'error' || disabled === 'unknown') {
    const reason = 'taking it out of the load balancer failed: whether it takes requests is not known';
    return { inService: 'held', reason };
  }
  const enabled = enable ? taskRun(run, enable.id).end : null;
  if (enabled === 'error' || enabled === 'unknown')
    return { inService: 'held', reason: 'could not be put back into the load balancer' };
  if (outlook.isSettled && !outlook.mayBeEnabled) return { inService: 'held', reason: heldReason(outlook) };
  return { inService: 'no', reason: 'taken out of the load balancer' };
}

function heldReason({ unfinished }: MemberOutlook): string {
  return `${unfinished.join(', ')} did not finish`;
}
