import { mention } from '../../domain/actor.ts';
import type { Deployment } from '../../domain/deployment/deployment.ts';
import { type Plan, plannedServers } from '../../domain/plan/plan.ts';
import type { Fact } from '../../progress/facts.ts';
import { sayOverrides } from '../../wording/hours.ts';
import { sayPlanTerms } from '../../wording/plan.ts';
import { planTable, type ReadBackOf } from '../../wording/server-table.ts';
import { sayPlanShortly } from '../../wording/thread-lines.ts';
import { context, type MessageContent, quotation, section } from '../blocks.ts';
import { cut, mrkdwn } from '../escape.ts';
import { withTable } from './with-table.ts';

/** What a message about a plan is made from. */
export interface PlanFact {
  deployment: Deployment;
  plan: Plan;
  fact: Fact;
  readBackOf: ReadBackOf;
}

/** Whether a fact puts a plan before its approvers. */
export function isPlanFact({ event }: Fact): boolean {
  return event.type === 'requested' || event.type === 'plan_changed';
}

/** The plan in full, as whoever approves it signs it: terms, warnings, and each server in its order. */
export function planMessages({
  deployment,
  plan,
  fact,
  readBackOf,
}: PlanFact): [MessageContent, ...MessageContent[]] {
  const lead = sayLead(deployment, fact);
  const { event } = fact;
  const reason = event.type === 'requested' ? [quotation('Reason', event.reason, 3_000)] : [];
  const blocks = [
    section(cut(lead, 800)),
    ...reason,
    section(cut(sayPlanTerms(plan), 2_000)),
    ...sayWarnings(deployment),
    ...sayUnknown(plan, readBackOf),
  ];
  const text = cut(mrkdwn(`${lead} ${sayPlanShortly(plan)}`), 2_000);
  return withTable(
    { text, blocks },
    planTable(plan, readBackOf),
    `The plan of #${deployment.number} goes on`,
  );
}

function sayLead({ number }: Deployment, { event }: Fact): string {
  if (event.type !== 'requested') return `The plan of #${number} as it is now:`;
  return `Requested by ${mention(event)}.${sayOverrides(event.overrides)}`;
}

function sayUnknown(plan: Plan, readBackOf: ReadBackOf) {
  const isKnown = plannedServers(plan).some((server) => readBackOf(server) !== null);
  return isKnown ? [] : [context('What runs there now is not known here.')];
}

function sayWarnings({ warnings }: Deployment) {
  if (!warnings || warnings.length === 0) return [];
  const lines = warnings.map(({ rule, message }) => `• ${message} (${rule})`);
  return [section(cut(`*Warnings, accepted with it*:\n${lines.join('\n')}`, 800))];
}
