import type { KnownBlock, ModalView } from '@slack/types';

import { sayTime } from '../../domain/calendar/calendar.ts';
import type { Deployment, EarlierPlan } from '../../domain/deployment/deployment.ts';
import { sayVoter } from '../../wording/approvals.ts';
import { joined } from '../../wording/joined.ts';
import { sayChanges } from '../../wording/plan-change.ts';
import { context, section } from '../blocks.ts';
import { cut, slackInstant } from '../escape.ts';
import { type ButtonValue, encodeButton, ids } from '../ids.ts';

const linesOnCard = 8;

/** What changed since the plan was approved, while it waits to be approved again; nothing on any other card. */
export function changedPlan(deployment: Deployment): KnownBlock[] {
  const { planChanges, state, earlierPlans } = deployment;
  if (planChanges.length === 0 || state !== 'awaiting_approval') return [];
  const shown = planChanges.length > linesOnCard ? shortened(planChanges) : planChanges;
  const votes = earlierPlans.at(-1)?.votes ?? [];
  const had = votes.map((vote) => `${sayVoter(vote)} (${instant(deployment, vote.at)})`);
  return [
    section(`*The plan changed*${sayChanges(shown, planChanges.length)}`),
    ...(had.length > 0 ? [context(`Approved before, and void now: ${joined(had)}`)] : []),
  ];
}

function shortened(changes: string[]): string[] {
  const shown = changes.slice(0, linesOnCard - 1);
  return [...shown, `and ${changes.length - shown.length} more, behind Approve`];
}

const linesPerBlock = 15;
const shownLines = 90;

/** Shows an approver what changed, with Approve under it; null where the plan is the one that was asked for. */
export function changedPlanView(deployment: Deployment, by: string, value: ButtonValue): ModalView | null {
  if (deployment.planChanges.length === 0) return null;
  const { sentence, changes } = sinceTheyLooked(deployment, by);
  const lines = changes.slice(0, shownLines).map((change) => `• ${cut(change, 180)}`);
  const rest = changes.length - lines.length;
  const chunks = Array.from({ length: Math.ceil(lines.length / linesPerBlock) }, (_, index) =>
    section(lines.slice(index * linesPerBlock, (index + 1) * linesPerBlock).join('\n')),
  );
  return {
    type: 'modal',
    callback_id: ids.approveForm,
    private_metadata: encodeButton(value),
    title: plain(`Approve #${deployment.number}`),
    submit: plain('Approve'),
    close: plain('Not now'),
    blocks: [
      section(sentence),
      ...chunks,
      ...(rest > 0 ? [context(`… and ${rest} more`)] : []),
      context(`You approve exactly the new plan \`${deployment.planHash.slice(0, 12)}\`.`),
    ],
  };
}

/** In the place of the form, where the approval does not count. */
export function notApproved(sentence: string, number: number): ModalView {
  return {
    type: 'modal',
    title: plain(`Approve #${number}`),
    close: plain('Close'),
    blocks: [section(sentence)],
  };
}

/** Whoever approved an earlier plan is shown everything since that one; anybody else the latest change. */
function sinceTheyLooked(deployment: Deployment, by: string): { sentence: string; changes: string[] } {
  const { earlierPlans, planChanges } = deployment;
  const isTheirs = ({ votes }: EarlierPlan): boolean => votes.some((vote) => vote.by === by);
  const last = earlierPlans.findLastIndex(isTheirs);
  const mine = earlierPlans[last]?.votes.find((vote) => vote.by === by);
  if (!mine) return { sentence: '*The plan changed* since it was asked for:', changes: planChanges };
  return {
    sentence: `You approved the plan of ${instant(deployment, mine.at)}; since then:`,
    changes: earlierPlans.slice(last).flatMap(({ changes }) => changes),
  };
}

function instant({ zone }: Deployment, at: number): string {
  return slackInstant(at, sayTime(at, zone));
}

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}
