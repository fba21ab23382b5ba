import { sayOverrideNeed } from '../domain/calendar/windows.ts';
import { approvalRuleFor, approvalStanding } from '../domain/deployment/approval.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import type { Environment } from '../domain/environment.ts';

/** How the approvals stand, rule by rule: `Approved by @ben, 1 of 1; freeze override 0 of 2`, and what a freeze needs. */
export function sayApprovals(environment: Environment, deployment: Deployment): string {
  const { rules } = approvalStanding(approvalRuleFor(environment, deployment), deployment.votes);
  if (rules.length === 0) return 'No approval needed';
  const voters = deployment.votes.map((vote) => `<@${vote.by}>`).join(', ') || 'nobody yet';
  const counts = [
    ...usualCount(rules.filter(({ freeze }) => freeze === undefined)),
    ...rules.flatMap(({ freeze, given, required }) =>
      freeze === undefined ? [] : [`freeze override ${given} of ${required}`],
    ),
  ];
  const isOpen = rules.some(({ freeze, given, required }) => freeze !== undefined && given < required);
  const needs = isOpen ? deployment.overrides.map((override) => `needs ${sayOverrideNeed(override)}`) : [];
  return [`Approved by ${voters}, ${counts.join('; ')}`, ...needs].join(' · ');
}

function usualCount(rules: { given: number; required: number }[]): string[] {
  if (rules.length === 0) return [];
  const sum = (pick: 'given' | 'required'): number => rules.reduce((total, rule) => total + rule[pick], 0);
  return [`${sum('given')} of ${sum('required')}`];
}
