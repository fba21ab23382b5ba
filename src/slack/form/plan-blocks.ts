import type { InputBlock, KnownBlock } from '@slack/types';

import type { PlannedDeployment } from '../../app/plan-deployment.ts';
import { fillable } from '../../domain/plan/filled-properties.ts';
import { missingProperties } from '../../domain/rules/properties.ts';
import type { Refusal } from '../../domain/verdict.ts';
import { sayPlan } from '../../wording/plan.ts';
import { sayRefusal } from '../../wording/refusal.ts';
import { sayServers } from '../../wording/server-looks.ts';
import { button, context, section } from '../blocks.ts';
import { ids } from '../ids.ts';

/** The whole plan with what stands against it, or what is still missing for one. */
export function planBlocks(planned: PlannedDeployment | null, refusals: Refusal[]): KnownBlock[] {
  const problems = refusals.map((refusal) => section(`*Not possible*: ${sayRefusal(refusal)}`));
  if (!planned) {
    const missing = context('Choose revisions and an environment, and the whole plan stands here.');
    return problems.length > 0 ? problems : [missing];
  }
  const warnings = planned.warnings.map(({ rule, message }) => section(`*Warning*: ${message} (${rule})`));
  const news = planned.preconditions
    .filter(({ isNews }) => isNews)
    .map(({ rule, message }) =>
      section(`*${rule === 'freezes' ? 'Inside a freeze' : 'Good to know'}*: ${message} (${rule})`),
    );
  const { plan, hash, looks, plannedAt } = planned;
  return [
    section(sayPlan(plan)),
    ...(looks.length > 0 ? [section(`*Servers*:\n${sayServers(plan, looks, plannedAt)}`)] : []),
    context(`plan \`${hash.slice(0, 12)}\``),
    ...news,
    ...problems.slice(0, 20),
    ...fillButton(planned),
    ...warnings.slice(0, 20),
  ];
}

/** What is missing can be filled in on the spot, secrets excepted. */
function fillButton({ plan }: PlannedDeployment): KnownBlock[] {
  const count = fillable(missingProperties(plan)).length;
  if (count === 0) return [];
  const label = count === 1 ? 'Fill in the missing value' : `Fill in the ${count} missing values`;
  return [{ type: 'actions', elements: [button(ids.fill, label, plan.environment.name)] }];
}

/** The required checkbox, where there is anything to accept. */
export function acceptField(planned: PlannedDeployment | null): InputBlock[] {
  const count = planned?.warnings.length ?? 0;
  if (count === 0) return [];
  const label = `I accept ${count} ${count === 1 ? 'warning' : 'warnings'}`;
  return [
    {
      type: 'input',
      block_id: ids.accept,
      label: plain('Warnings'),
      element: {
        type: 'checkboxes',
        action_id: ids.accept,
        options: [{ text: plain(label), value: 'accepted' }],
      },
    },
  ];
}

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}
