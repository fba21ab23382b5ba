import type { KnownBlock } from '@slack/types';

import type { LoadedBatch } from '../../app/batch.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { planTitle } from '../../domain/plan/plan.ts';
import { section } from '../blocks.ts';
import { slackInstant } from '../escape.ts';

const shown = 20;

/** In the place of the hour: the batch that is joined, and what is on it before. */
export function joinedLines({ batch, startsAt, entries }: LoadedBatch): KnownBlock[] {
  const when = slackInstant(startsAt, sayTime(startsAt, batch.zone));
  const before = entries
    .slice(0, shown)
    .map(
      ({ number, plan }, index) => `${index + 1}. *#${number}* ${planTitle(plan)} → ${plan.environment.name}`,
    );
  const rest = entries.length > shown ? [`… and ${entries.length - shown} more`] : [];
  return [section([`*It starts ${when}*, with this batch and as its last:`, ...before, ...rest].join('\n'))];
}
