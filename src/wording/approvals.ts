import { sayOverrideNeed } from '../domain/calendar/windows.ts';
import type { Environment } from '../domain/configured/environment.ts';
import { approvalRuleFor, approvalStanding } from '../domain/deployment/approval.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { glassInForce } from '../domain/deployment/glass.ts';

/** Whose vote it is: `@ben`, or `@ben for @ana`. */
export function sayVoter(vote: { by: string; for?: string }): string {
  return vote.for === undefined ? `<@${vote.by}>` : `<@${vote.by}> for <@${vote.for}>`;
}

/** How the approvals stand, rule by rule: `Approved by @ben, 1 of 1; freeze override 0 of 2`, and what a freeze needs. */
export function sayApprovals(environment: Environment, deployment: Deployment): string {
  const { rules } = approvalStanding(approvalRuleFor(environment, deployment), deployment.votes);
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
    ...sayHands(deployment),
    ...needs,
  ].join(' · ');
}

/** Nobody is asked: nobody has to be, or the glass was broken. */
function sayUnasked({ glass }: Deployment, voters: string): string {
  if (glassInForce(glass) === null) return 'No approval needed';
  return voters === '' ? 'Approved by nobody' : `Approved by ${voters}`;
}

/** Votes in other hands that may still be given. */
function sayHands({ handedVotes, votes, state }: Deployment): string[] {
  if (state !== 'awaiting_approval') return [];
  const given = votes.map((vote) => vote.for ?? vote.by);
  return handedVotes.flatMap(({ by, to }) => (given.includes(by) ? [] : [`<@${to}> votes for <@${by}>`]));
}

function usualCount(rules: { given: number; required: number }[]): string[] {
  if (rules.length === 0) return [];
  const sum = (pick: 'given' | 'required'): number => rules.reduce((total, rule) => total + rule[pick], 0);
  return [`${sum('given')} of ${sum('required')}`];
}
