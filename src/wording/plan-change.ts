import type { DeploymentEvent } from '../domain/events.ts';
import { sayVoter } from './approvals.ts';
import type { SayInstant } from './decision-line.ts';
import { sayOverrides } from './hours.ts';
import { joined } from './joined.ts';

type PlanChanged = Extract<DeploymentEvent, { type: 'plan_changed' }>;

/** That the plan is another one: what changed, line by line, who had approved what it was, and who is asked first. */
export function sayPlanChange(event: PlanChanged, sayInstant: SayInstant): string {
  return [
    `The plan changed: ${sayChanges(event.changes)}`,
    `Earlier approvals are void; it expires ${sayInstant(event.expiresAt)} unless the new plan is approved.${sayOverrides(event.overrides)}${sayEarlier(event, sayInstant)}`,
  ].join(event.changes.length > 1 ? '\n' : '. ');
}

/** One change in the line; several in a line each. */
export function sayChanges(changes: string[]): string {
  return changes.length > 1 ? changes.map((change) => `\n• ${change}`).join('') : changes.join('');
}

function sayEarlier({ approvedBy = [], ask = [] }: PlanChanged, sayInstant: SayInstant): string {
  if (approvedBy.length === 0) return '';
  const had = joined(approvedBy.map((vote) => `${sayVoter(vote)} (${sayInstant(vote.at)})`));
  const please =
    ask.length === 0 ? '' : ` ${joined(ask.map((id) => `<@${id}>`))}: please look at what changed.`;
  return ` Approved before by ${had}.${please}`;
}
