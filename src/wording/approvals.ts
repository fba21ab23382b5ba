import { sayTime } from '../domain/calendar/calendar.ts';
import { sayOverrideNeed } from '../domain/calendar/windows.ts';
import type { ApprovalRule, Seats } from '../domain/configured/approval-rule.ts';
import type { Environment } from '../domain/configured/environment.ts';
import { approvalRuleFor, approvalStanding } from '../domain/deployment/approval.ts';
import type { Hand } from '../domain/deployment/delegation.ts';
import type { Deployment, Vote } from '../domain/deployment/deployment.ts';
import { glassInForce } from '../domain/deployment/glass.ts';
import { ownerRole, whoseVote } from '../domain/deployment/seats.ts';
import type { OwnedServers } from '../domain/events/preparation-event.ts';
import { listNames } from './names.ts';

/** Whose vote it is: `@ben`, or `@ben for @ana`. */
export function sayVoter(vote: { by: string; for?: string }): string {
  return vote.for === undefined ? `<@${vote.by}>` : `<@${vote.by}> for <@${vote.for}>`;
}

/**
 * How the approvals stand: `Approved by @ben, 1 of 2; freeze override 0 of 2`, whose seats are open where owners have
 * some, who votes for whom, and what a freeze needs.
 */
export function sayApprovals(
  environment: Environment,
  deployment: Deployment,
  hands: Hand[] = deployment.handedVotes,
): string {
  const { rules, open } = approvalStanding(approvalRuleFor(environment, deployment), deployment.votes);
  const voters = deployment.votes.map(sayVoter).join(', ');
  if (rules.length === 0) return sayUnasked(deployment, voters);
  const counts = [
    ...usualCount(rules.filter(({ freeze }) => freeze === undefined)),
    ...rules.flatMap(({ freeze, given, required }) =>
      freeze === undefined ? [] : [`freeze override ${given} of ${required}`],
    ),
  ];
  const isOpen = rules.some(({ freeze, given, required }) => freeze !== undefined && given < required);
  const needs = isOpen ? deployment.overrides.map((override) => `needs ${sayOverrideNeed(override)}`) : [];
  return [
    `Approved by ${voters || 'nobody yet'}, ${counts.join('; ')}`,
    ...sayOpen(deployment, rules, open),
    ...sayHands(deployment, hands),
    ...needs,
  ].join(' · ');
}

/** Nobody is asked: nobody has to be, or the glass was broken. */
function sayUnasked({ glass }: Deployment, voters: string): string {
  if (glassInForce(glass) === null) return 'No approval needed';
  return voters === '' ? 'Approved by nobody' : `Approved by ${voters}`;
}

/** Numbers alone do not say which owner is waited for. */
function sayOpen({ state }: Deployment, rules: Seats[], open: Seats[]): string[] {
  if (state !== 'awaiting_approval' || !rules.some(({ owned }) => owned)) return [];
  const seats = open.map((seat) => (seat.owned ? sayOwnerSeat(seat.owned) : seat.roles.join(' or ')));
  return [`Open: ${sayFew([...new Set(seats)])}`];
}

/** Whose approval is asked for: nothing of one's own, else `, for @ben`, and for which servers where it is an owner's. */
export function sayForWhom(vote: Vote, { owners }: Pick<Deployment, 'owners'>): string {
  const other = vote.for === undefined ? '' : `, for <@${vote.for}>`;
  const owned = owners.find(({ owner }) => owner === whoseVote(vote));
  if (!owned || !vote.roles.includes(ownerRole)) return other;
  return `${other}, as the owner of ${listNames(owned.servers, 4)}`;
}

/** Who has to approve, seat by seat, before anybody has: `1 of promotion_admin; @sci as the owner of web-1`. */
export function sayWhoApproves({ rules }: ApprovalRule): string {
  const seats = rules.map(({ roles, required, freeze, owned }) => {
    if (owned) return sayOwnerSeat(owned);
    return `${required} of ${roles.join(' or ')}${freeze === undefined ? '' : ' for the freeze override'}`;
  });
  return sayFew(seats);
}

function sayOwnerSeat({ owner, servers }: OwnedServers): string {
  return `<@${owner}> as the owner of ${listNames(servers, 4)}`;
}

/** Every server of a fleet may have its own owner. */
const shownSeats = 8;

function sayFew(seats: string[]): string {
  const more = seats.length - shownSeats;
  return `${seats.slice(0, shownSeats).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** Votes in other hands that may still be given. */
function sayHands({ votes, state, zone }: Deployment, hands: Hand[]): string[] {
  if (state !== 'awaiting_approval') return [];
  const given = votes.map(whoseVote);
  return hands.flatMap(({ by, to, until }) => {
    const end = until === undefined ? '' : ` until ${sayTime(until, zone)}`;
    return given.includes(by) ? [] : [`<@${to}> votes for <@${by}>${end}`];
  });
}

function usualCount(rules: { given: number; required: number }[]): string[] {
  if (rules.length === 0) return [];
  const sum = (pick: 'given' | 'required'): number => rules.reduce((total, rule) => total + rule[pick], 0);
  return [`${sum('given')} of ${sum('required')}`];
}
