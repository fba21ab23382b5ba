import type { AttemptEnd, DeploymentEvent, ServerState } from './events.ts';
import { haltOf, type Halt, sayActor } from './halt.ts';
import { memberOf, type Plan, type PlannedTask } from './plan.ts';
import { type Run, serverRun, taskRun } from './run.ts';

/** A group member as far as this attempt concerns it. */
export interface MemberOutlook {
  member: string;
  /** Its servers in this attempt, in order. */
  servers: string[];
  disable: PlannedTask | null;
  enable: PlannedTask | null;
  /** Taken out by this attempt, and not put back. */
  isOut: boolean;
  /** Every server ended well, or none was ever begun. */
  mayBeEnabled: boolean;
}

/** The steps and the verification of one server, in order. */
export function serverTasksOf(plan: Plan, server: string): PlannedTask[] {
  return plan.tasks.filter((task) => task.server === server && task.action === null && task.group !== null);
}

/** How a member stands, for the decisions about it. */
export function memberOutlook(plan: Plan, run: Run, group: number, member: string): MemberOutlook {
  const servers = [...run.servers.keys()].filter((name) => memberOf(plan, name) === member);
  const script = (action: 'disable' | 'enable'): PlannedTask | null =>
    plan.tasks.find(
      (task) => task.group === group && task.action === action && (task.server ?? task.cluster) === member,
    ) ?? null;
  const disable = script('disable');
  const enable = script('enable');
  const isOut = disable !== null && endedWell(run, disable) && !(enable !== null && endedWell(run, enable));
  const states = servers.map((name) => serverRun(run, name).state);
  const neverBegun = states.every((state) => state === 'skipped' || state === 'cancelled');
  return {
    member,
    servers,
    disable,
    enable,
    isOut,
    mayBeEnabled: isOut && (states.every((state) => state === 'ok') || neverBegun),
  };
}

function endedWell(run: Run, task: PlannedTask): boolean {
  const { end } = taskRun(run, task.id);
  return end === 'ok' || end === 'warning' || end === 'skipped';
}

/**
 * The facts that follow from what is known and are not written yet: ends of servers, what is in service or held,
 * and at last the end of the attempt. Writing them and asking again reaches a point where nothing follows.
 */
export function settle(plan: Plan, run: Run): DeploymentEvent[] {
  const ends = serverEnds(plan, run);
  if (ends.length > 0) return ends;
  const service = serviceChanges(plan, run);
  if (service.length > 0) return service;
  return attemptEnd(plan, run);
}

function serverEnds(plan: Plan, run: Run): DeploymentEvent[] {
  const halt = haltOf(plan, run);
  const busy = [...run.servers.values()].some((server) => server.state === 'deploying');
  return [...run.servers.keys()].flatMap((name): DeploymentEvent[] => {
    const end = serverEnd(plan, run, name) ?? (halt && !busy ? leftBehind(run, name, halt) : null);
    return end ? [{ type: 'server_ended', server: name, to: lastReadBack(plan, run, name), ...end }] : [];
  });
}

interface ServerEnd {
  state: ServerState;
  message: string | null;
}

function serverEnd(plan: Plan, run: Run, name: string): ServerEnd | null {
  const server = serverRun(run, name);
  if (server.state === 'deploying') return endOfSteps(plan, run, name);
  if (server.state === 'pending') return endBeforeBeginning(plan, run, name);
  if (server.state === 'ok') return enableFailure(plan, run, name);
  return null;
}

function endOfSteps(plan: Plan, run: Run, name: string): ServerEnd | null {
  const tasks = serverTasksOf(plan, name);
  const failed = tasks.find((task) => ['error', 'unknown'].includes(taskRun(run, task.id).end ?? ''));
  if (failed) {
    const { end, message } = taskRun(run, failed.id);
    return { state: end === 'unknown' ? 'unknown' : 'error', message };
  }
  return tasks.every((task) => taskRun(run, task.id).end !== null) ? { state: 'ok', message: null } : null;
}

/** A server of a refused group, or of a member that could not be taken out, is never begun (law 4). */
function endBeforeBeginning(plan: Plan, run: Run, name: string): ServerEnd | null {
  const group = groupOf(plan, name);
  const check = run.groups.get(group);
  const problem = check?.problems.find((candidate) => candidate.server === name);
  if (problem) return { state: 'preflight_failed', message: problem.message };
  if (check && check.problems.length > 0)
    return { state: 'skipped', message: `its group was not begun: ${check.problems[0]?.message ?? ''}` };
  const { disable } = memberOutlook(plan, run, group, memberOf(plan, name));
  const end = disable ? taskRun(run, disable.id) : null;
  if (end?.end === 'error' || end?.end === 'unknown')
    return {
      state: end.end,
      message: `could not be taken out of the load balancer, so nothing was deployed: ${end.message}`,
    };
  return null;
}

/** A failed enable leaves the server right, but held. */
function enableFailure(plan: Plan, run: Run, name: string): ServerEnd | null {
  const { enable } = memberOutlook(plan, run, groupOf(plan, name), memberOf(plan, name));
  const end = enable ? taskRun(run, enable.id) : null;
  if (end?.end !== 'error' && end?.end !== 'unknown') return null;
  return {
    state: end.end,
    message: `deployed, but could not be put back into the load balancer: ${end.message}`,
  };
}

function leftBehind(run: Run, name: string, halt: Halt): ServerEnd | null {
  if (serverRun(run, name).state !== 'pending') return null;
  if (halt.by === 'person')
    return { state: 'cancelled', message: `stopped by ${sayActor(halt.person)} before it began` };
  const why =
    halt.by === 'failures'
      ? `not begun because of ${halt.rule}`
      : `not begun: stopped by ${sayActor(halt.person)}`;
  return { state: 'skipped', message: why };
}

function groupOf(plan: Plan, name: string): number {
  const member = memberOf(plan, name);
  return plan.groups.findIndex((members) => members.includes(member));
}

function lastReadBack(plan: Plan, run: Run, name: string): string | null {
  const verify = serverTasksOf(plan, name).find((task) => task.type === 'VERIFY');
  return verify ? taskRun(run, verify.id).readBack : null;
}

/** At every end each member is in service, or stands as held with its reason (law 4). */
function serviceChanges(plan: Plan, run: Run): DeploymentEvent[] {
  return plan.groups.flatMap((members, group) =>
    members.flatMap((member) => {
      const outlook = memberOutlook(plan, run, group, member);
      const change = serviceOf(run, outlook);
      return change && run.service.get(member) !== change.inService
        ? [{ type: 'service_changed' as const, member, servers: outlook.servers, ...change }]
        : [];
    }),
  );
}

interface Service {
  inService: 'yes' | 'no' | 'held';
  reason: string;
}

function serviceOf(run: Run, outlook: MemberOutlook): Service | null {
  const { disable, enable } = outlook;
  if (!disable) return null;
  const disabled = taskRun(run, disable.id).end;
  if (disabled === null) return null;
  if (enable && endedWell(run, enable))
    return { inService: 'yes', reason: 'put back into the load balancer' };
  if (disabled === 'error' || disabled === 'unknown')
    return {
      inService: 'held',
      reason: 'taking it out of the load balancer failed: whether it takes requests is not known',
    };
  const enableEnd = enable ? taskRun(run, enable.id).end : null;
  if (enableEnd === 'error' || enableEnd === 'unknown')
    return { inService: 'held', reason: 'could not be put back into the load balancer' };
  const settled = outlook.servers.every(
    (name) => !['pending', 'deploying'].includes(serverRun(run, name).state),
  );
  if (settled && !outlook.mayBeEnabled) return { inService: 'held', reason: heldReason(run, outlook) };
  return { inService: 'no', reason: 'taken out of the load balancer' };
}

function heldReason(run: Run, outlook: MemberOutlook): string {
  const failed = outlook.servers.filter((name) => serverRun(run, name).state !== 'ok');
  return `${failed.join(', ')} did not finish`;
}

function attemptEnd(plan: Plan, run: Run): DeploymentEvent[] {
  const states = [...run.servers.values()].map((server) => server.state);
  const running = states.some((state) => state === 'pending' || state === 'deploying');
  const toEnable = plan.groups.some((members, group) =>
    members.some((member) => {
      const { mayBeEnabled, enable } = memberOutlook(plan, run, group, member);
      return mayBeEnabled && enable !== null && taskRun(run, enable.id).end === null;
    }),
  );
  if (running || toEnable) return [];
  const halt = haltOf(plan, run);
  return [
    {
      type: 'attempt_ended',
      attempt: run.attempt,
      state: endState(run, states, halt),
      endedBy: endedBy(halt),
    },
  ];
}

function endState(run: Run, states: ServerState[], halt: Halt | null): AttemptEnd {
  const succeeded = states.filter((state) => state === 'ok').length;
  if (succeeded === states.length)
    return [...run.tasks.values()].some((task) => task.end === 'warning') ? 'ok_with_warnings' : 'ok';
  if (halt?.by === 'person') return 'cancelled';
  return succeeded > 0 ? 'partial' : 'error';
}

function endedBy(halt: Halt | null): string {
  if (halt === null) return 'completion';
  return halt.by === 'failures' ? halt.rule : sayActor(halt.person);
}
