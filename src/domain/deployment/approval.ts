import { system } from '../actor.ts';
import type { ApprovalRule, Seats } from '../configured/approval-rule.ts';
import type { Configuration } from '../configured/configuration.ts';
import type { Environment } from '../configured/environment.ts';
import type { FreezeOverride } from '../configured/hours.ts';
import { type Person, standingSentence } from '../roles.ts';
import type { Refusal } from '../verdict.ts';
import type { Deployment, Vote } from './deployment.ts';
import { glassInForce } from './glass.ts';
import {
  isForOwners,
  mayTake,
  namesOfSeats,
  type Owned,
  rolesInVote,
  sayWhatItTakes,
  saySeats,
  whoseVote,
  withOwnerSeats,
} from './seats.ts';

/** Who must still approve, in words and numbers. */
export interface ApprovalStanding {
  satisfied: boolean;
  required: number;
  given: number;
  /** Roles of which somebody must still approve. */
  missing: string[];
  /** What is still open, a seat each. */
  open: Seats[];
  /** The same for each rule by itself, in their order. */
  rules: (Seats & { given: number })[];
}

/** Counts each person once, for the rule where they help most. */
export function approvalStanding(rule: ApprovalRule | null, votes: Vote[]): ApprovalStanding {
  if (rule === null) return { satisfied: true, required: 0, given: 0, missing: [], open: [], rules: [] };
  const seats = rule.rules.flatMap((entry) => Array.from({ length: entry.required }, () => entry));
  const seatOf = new Map<number, Vote>();
  for (const vote of votes) seat(vote, seats, seatOf, new Set());
  const taken = new Set(seatOf.keys());
  const open = seats.filter((_, index) => !taken.has(index));
  return {
    satisfied: seatOf.size === seats.length,
    required: seats.length,
    given: seatOf.size,
    missing: [...new Set(open.flatMap(({ roles }) => roles))],
    open,
    rules: countByRule(rule, taken),
  };
}

function countByRule({ rules }: ApprovalRule, taken: Set<number>): ApprovalStanding['rules'] {
  let next = 0;
  return rules.map((seats) => {
    const mine = Array.from({ length: seats.required }, (_, index) => next + index);
    next += seats.required;
    return { ...seats, given: mine.filter((index) => taken.has(index)).length };
  });
}

/** Finds a seat for a vote, moving earlier votes to other seats where they fit. */
function seat(vote: Vote, seats: Seats[], seatOf: Map<number, Vote>, tried: Set<number>): boolean {
  for (const [index, wanted] of seats.entries()) {
    if (tried.has(index) || !mayTake(wanted, vote)) continue;
    tried.add(index);
    const sitting = seatOf.get(index);
    if (sitting === undefined || seat(sitting, seats, seatOf, tried)) {
      seatOf.set(index, vote);
      return true;
    }
  }
  return false;
}

type Ruled = Owned & Pick<Deployment, 'overrides' | 'planChanges'> & Partial<Pick<Deployment, 'glass'>>;

/**
 * The rule that holds for a deployment: none where the product undoes what failed, because whoever approved that plan
 * approved this with it; else the environment's together with what its freezes take, or, after a plan changed where none
 * is needed, one confirmation. Broken glass lifts all of it but what a freeze takes.
 */
export function approvalRuleFor(environment: Environment, deployment: Ruled): ApprovalRule | null {
  const { requestedBy, overrides, planChanges, glass } = deployment;
  if (requestedBy === system && planChanges.length === 0) return null;
  if (glass && glassInForce(glass)) return overrides.length > 0 ? withOverrides(null, overrides) : null;
  const usual = withOwnerSeats(environment.approval, deployment);
  if (overrides.length > 0) return withOverrides(usual, overrides);
  if (usual || planChanges.length === 0) return usual;
  const roles = ['promotion', 'promotion_admin', 'global_admin'];
  return { rules: [{ roles, required: 1 }], excludeRequester: false, expiresHours: 1, remindMinutes: [] };
}

const rulesOfFreezes = { excludeRequester: true, expiresHours: 72, remindMinutes: [] };

/** Seats of their own: whoever takes one of them is not counted for the usual approval as well. */
function withOverrides(usual: ApprovalRule | null, overrides: FreezeOverride[]): ApprovalRule {
  const seats = overrides.map(({ reason, from, persons }) => ({
    roles: from,
    required: persons,
    freeze: reason,
  }));
  return { ...(usual ?? rulesOfFreezes), rules: [...(usual?.rules ?? []), ...seats] };
}

/** Says why this person's approval does not count; null when it does. */
export function refuseApprover(
  person: Person,
  configuration: Configuration,
  environment: Environment,
  deployment: Deployment,
): Refusal | null {
  const rule = approvalRuleFor(environment, deployment);
  const seats = rule?.rules ?? [];
  const wayOut = `Ask ${namesOfSeats(configuration, seats) || 'a global_admin'}.`;
  if (person.standing !== 'member')
    return { rule: 'D-01', message: standingSentence(person), liftedBy: 'global_admin', wayOut };
  if (rule?.excludeRequester && deployment.requestedBy === person.id)
    return {
      rule: 'approval.excludeRequester',
      message: `You requested #${deployment.number}, so somebody else has to approve it.`,
      liftedBy: saySeats(seats),
      wayOut,
    };
  const roles = rolesInVote(person, configuration, { kind: environment.kind, rule });
  if (!seats.some((wanted) => mayTake(wanted, { by: person.id, roles, at: 0 })))
    return {
      rule: 'approval.from',
      message: `Approving for \`${environment.name}\` takes ${sayWhatItTakes(seats)}${seats.some(isForOwners) ? '; that is not you' : ', which you do not hold'}.`,
      liftedBy: 'global_admin',
      wayOut,
    };
  return null;
}

/** The first of several votes that takes an open seat: not of somebody who voted, nor where enough have. Null: none does. */
export function voteThatCounts<T extends Vote>(
  rule: ApprovalRule | null,
  given: Vote[],
  candidates: T[],
): T | null {
  const voted = new Set(given.map(whoseVote));
  const before = approvalStanding(rule, given).given;
  return (
    candidates.find(
      (vote) => !voted.has(whoseVote(vote)) && approvalStanding(rule, [...given, vote]).given > before,
    ) ?? null
  );
}
