import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { sayVoter } from './approvals.ts';
import { sayOverrides } from './hours.ts';
import { joined } from './joined.ts';
import type { SayInstant } from './say-instant.ts';

type PlanChanged = Extract<DeploymentEvent, { type: 'plan_changed' }>;

/** That the plan is another one: what changed, line by line, who had approved what it was, and who is asked first. */
export function sayPlanChange(event: PlanChanged, sayInstant: SayInstant): string {
  const end = event.changes.length > 1 ? '\n' : '. ';
  const until = `it expires ${sayInstant(event.expiresAt)} unless the new plan is approved.`;
  return `The plan changed${sayChanges(event.changes)}${end}Earlier approvals are void; ${until}${sayOverrides(event.overrides)}${sayEarlier(event, sayInstant)}`;
}

/** One change in the same line; several are counted, and in a line each. */
export function sayChanges(changes: string[], count = changes.length): string {
  if (changes.length < 2) return `: ${changes.join('')}`;
  return ` in ${count} places:${changes.map((change) => `\n• ${change}`).join('')}`;
}

function sayEarlier({ approvedBy = [], ask = [] }: PlanChanged, sayInstant: SayInstant): string {
  if (approvedBy.length === 0) return '';
  const had = joined(approvedBy.map((vote) => `${sayVoter(vote)} (${sayInstant(vote.at)})`));
  const please =
    ask.length === 0 ? '' : ` ${joined(ask.map((id) => `<@${id}>`))}: please look at what changed.`;
  return ` Approved before by ${had}.${please}`;
}
