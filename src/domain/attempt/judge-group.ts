import type { DeploymentEvent } from '../events/deployment-event.ts';
import type { ServerDrift } from '../events/happening.ts';
import type { ServerProblem } from '../events/server-problem.ts';
import { liveMembers, memberOf, type Plan } from '../plan/plan.ts';
import { quote } from '../quote.ts';

/** What a balancer says of a member; `unknown` where no status script is configured or it did not answer. */
export type MemberStatus = 'up' | 'drain' | 'down' | 'unknown';

/** What was found before a group is touched. */
export interface GroupFindings {
  /** Servers of the group in this attempt that are not ready, each with its sentence. */
  problems: ServerProblem[];
  /** What each server said runs there now. */
  from: Record<string, string | null>;
  /** What the balancer says of every live member. */
  statuses: Map<string, MemberStatus>;
  /** Members that our own rows hold out of service. */
  out: Set<string>;
  /** Servers on which something else runs than a deployment left there. */
  drift: ServerDrift[];
  /** Members of other groups of this attempt that are out, or are about to leave. */
  underWay: Set<string>;
}

/**
 * Law 5: before k more members are drained, those in service less k must not fall below the floor, counted over
 * earlier groups, held members and other deployments. Members of the group that are out already cost nothing.
 */
export function judgeGroup(
  plan: Plan,
  group: number,
  servers: string[],
  findings: GroupFindings,
): Extract<DeploymentEvent, { type: 'group_checked' }> {
  const members = new Set(servers.map((name) => memberOf(plan, name)));
  const inService = liveMembers(plan.environment, plan.level).filter((member) =>
    isInService(member, findings),
  );
  const leaving = inService.filter((member) => members.has(member)).length;
  const left = inService.length - leaving;
  const refused =
    plan.environment.paradigm === 'online' && leaving > 0 && left < plan.minInService
      ? `${inService.length} ${plan.level}s are in service; taking ${leaving} out would leave ${left}, and the floor is ${plan.minInService}`
      : null;
  const problems = [...findings.problems, ...driftProblems(plan, findings.drift)];
  return {
    type: 'group_checked',
    group,
    problems,
    refused: problems.length > 0 ? null : refused,
    inService: inService.length,
    from: findings.from,
    ...(findings.drift.length > 0 && { drift: findings.drift }),
  };
}

/** Where a difference ends it, nothing of the group is touched. */
function driftProblems({ environment }: Plan, drift: ServerDrift[]): ServerProblem[] {
  if (environment.drift !== 'stop') return [];
  return drift.map((found) => ({ server: found.server, message: sayDrift(found) }));
}

/** `web-1 runs "shop@hotfix", and the last deployment left "shop@1" there`. */
export function sayDrift({ server, found, recorded }: ServerDrift): string {
  return `${server} runs ${quote(found)}, and the last deployment left ${quote(recorded)} there`;
}

function isInService(member: string, findings: GroupFindings): boolean {
  if (findings.underWay.has(member)) return false;
  const status = findings.statuses.get(member) ?? 'unknown';
  return status === 'unknown' ? !findings.out.has(member) : status === 'up';
}
