import type { Deployment } from '../domain/deployment/deployment.ts';
import { choosableServers } from '../domain/deployment/retry-choice.ts';
import { liveMembers, type Plan, plannedServers } from '../domain/plan/plan.ts';
import type { MemberService } from '../store/facts.ts';

/** What a card says in numbers. */
export interface Numbers {
  /** Servers of the whole plan, over all attempts. */
  total: number;
  /** Servers that ended well, over all attempts. */
  done: number;
  /** Servers that a named person left out. */
  excluded: string[];
  /** Members of the group level, and how many of them take requests as far as our rows say. */
  members: number;
  inService: number;
  held: string[];
  level: 'server' | 'cluster';
}

/** Counts a deployment: servers of the main role in the plan, done over all its attempts. */
export function countProgress(deployment: Deployment, plan: Plan, members: MemberService[]): Numbers {
  const all = plannedServers(plan);
  const excluded = all.filter((name) => deployment.preparation.excluded.has(name));
  const open = deployment.run ? choosableServers(plan, deployment) : all;
  const live = liveMembers(plan.environment, plan.level);
  const out = new Map(
    members.filter((member) => member.inService !== 'yes').map((member) => [member.member, member]),
  );
  return {
    total: all.length,
    done: all.length - open.length,
    excluded,
    members: live.length,
    inService: live.filter((name) => !out.has(name)).length,
    held: live.filter((name) => out.get(name)?.inService === 'held'),
    level: plan.level,
  };
}
