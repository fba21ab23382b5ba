import type { KnownBlock } from '@slack/types';

import { takesPart } from '../../domain/batch/batch.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { sayState } from '../../domain/deployment/say-state.ts';
import type { Batch } from '../../store/batches.ts';
import type { DeploymentSummary } from '../../store/deployments.ts';
import { sayOnFailure } from '../../wording/batch.ts';
import type { NameOf } from '../../wording/minutes.ts';
import { actions, button, context, header, type MessageContent, section } from '../blocks.ts';
import { slackInstant } from '../escape.ts';
import { encodeButton, ids } from '../ids.ts';
import { joinButton } from './join-button.ts';

const linesPerSection = 10;
/** A message has room for so many. */
const shown = 100;

/** The list of a batch: its hour, what runs in which order, and who asked for it; it can be changed until it begins. */
export function batchCard(batch: Batch, nameOf: NameOf): MessageContent {
  const { startsAt, zone, deployments } = batch;
  const part = deployments.filter(({ state }) => takesPart(state));
  const hour = sayTime(startsAt ?? 0, zone);
  const count = `${part.length} ${part.length === 1 ? 'deployment' : 'deployments'}`;
  const when = startsAt === null ? '' : slackInstant(startsAt, hour);
  return {
    text: `Batch of ${hour}: ${count}`,
    blocks: [
      header(`Batch of ${hour}`),
      section(`*${count}* · ${when}`),
      ...batchLines(part, nameOf),
      ...leftOut(deployments),
      context(`In each environment one after another, in this order. ${sayOnFailure(batch.onFailure)}`),
      ...actions('batch', batchButtons(batch, part)),
    ],
  };
}

/** The order with titles, states and people, nobody called. */
export function batchLines(part: DeploymentSummary[], nameOf: NameOf, most = shown): KnownBlock[] {
  const lines = part
    .slice(0, most)
    .map(
      ({ number, title, environment, state, requestedBy }, index) =>
        `${index + 1}. *#${number}* ${title} → ${environment} · ${sayState(state)} · ${nameOf(requestedBy)}`,
    );
  const count = Math.ceil(lines.length / linesPerSection);
  const rest = part.length - lines.length;
  return [
    ...Array.from({ length: count }, (_, index) =>
      section(lines.slice(index * linesPerSection, (index + 1) * linesPerSection).join('\n')),
    ),
    ...(rest > 0 ? [context(`… and ${rest} more`)] : []),
  ];
}

function leftOut(deployments: DeploymentSummary[]): KnownBlock[] {
  const out = deployments.filter(({ state }) => !takesPart(state));
  if (out.length === 0) return [];
  return [
    context(`Left out: ${out.map(({ number, state }) => `#${number} (${sayState(state)})`).join(', ')}`),
  ];
}

function batchButtons({ version }: Batch, part: DeploymentSummary[]) {
  const [first] = part;
  if (!first || part.some(({ state }) => state !== 'scheduled' && state !== 'awaiting_approval')) return [];
  const value = encodeButton({ number: first.number, version, planHash: '', question: null });
  const order = button(ids.orderBatch, 'Order…', value, {
    accessibilityLabel: `Order the batch of deployment ${first.number}`,
  });
  return [joinButton(first.number, version), ...(part.length > 1 ? [order] : [])];
}
