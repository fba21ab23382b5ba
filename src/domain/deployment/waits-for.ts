import type { Configuration } from '../configured/configuration.ts';
import type { Environment } from '../configured/environment.ts';
import { deployRoles, type Person, rolesOf } from '../roles.ts';
import { approvalRuleFor, refuseApprover, voteThatCounts } from './approval.ts';
import type { Deployment, Vote } from './deployment.ts';
import { refuseOperator } from './operator.ts';
import { rolesInVote, whoseVote } from './seats.ts';

/** A deployment with the environment as it is configured now. */
export interface Placed {
  deployment: Deployment;
  environment: Environment;
}

/**
 * The approval that this person can give now, and that would count: their own, or one that was handed to them. Null
 * where it waits for none of theirs.
 */
export function voteAwaited(
  person: Person,
  configuration: Configuration,
  { deployment, environment, now, carried = [] }: Placed & { now: number; carried?: Vote[] },
): Vote | null {
  const { state, votes, expiresAt } = deployment;
  if (state !== 'awaiting_approval' || (expiresAt !== null && expiresAt <= now)) return null;
  if (votes.some((vote) => vote.by === person.id || whoseVote(vote) === person.id)) return null;
  const rule = approvalRuleFor(environment, deployment);
  const roles = rolesInVote(person, configuration, { kind: environment.kind, rule });
  const mayOwn = refuseApprover(person, configuration, environment, deployment) === null;
  const own = mayOwn ? [{ by: person.id, roles, at: now }] : [];
  return voteThatCounts(rule, votes, [...own, ...carried]);
}

/** Whether it waits for an approval that this person can give: one that would count. */
export function canApprove(
  person: Person,
  configuration: Configuration,
  facts: Parameters<typeof voteAwaited>[2],
): boolean {
  return voteAwaited(person, configuration, facts) !== null;
}

/** Whether this person may stop it, answer for it and put back what it holds. */
export function canDecide(person: Person, configuration: Configuration, placed: Placed): boolean {
  return refuseOperator(person, configuration, placed.environment, placed.deployment) === null;
}

/** Whether an environment is this person's: they may deploy or approve there, or a server of it belongs to them. */
export function isTheirs(person: Person, configuration: Configuration, environment: Environment): boolean {
  const approvers = environment.approval?.rules.flatMap(({ roles }) => roles) ?? [];
  const roles = new Set([...deployRoles, ...approvers]);
  return (
    rolesOf(person, configuration, environment.kind).some((role) => roles.has(role)) ||
    environment.clusters.some(({ servers }) => servers.some(({ owner }) => owner === person.id))
  );
}
