import type { KnownBlock } from '@slack/types';

import { sayTime } from '../../domain/calendar/calendar.ts';
import type { NightEntry } from '../../progress/night.ts';
import type { Batch } from '../../store/batches.ts';
import { sayDuration } from '../../wording/duration.ts';
import { type NameOf, sayDecisions, sayNight, sayResults, sayWaiting } from '../../wording/minutes.ts';
import { context, header, type MessageContent, section } from '../blocks.ts';
import { slackInstant } from '../escape.ts';

/** A message has room for so many. */
const shownDeployments = 30;
const shownLines = 40;

/** The minutes of a batch: when it began and ended, what became of each deployment, who decided, and what waits for whom. */
export function minutesMessage(batch: Batch, entries: NightEntry[], nameOf: NameOf): MessageContent {
  const { startsAt, zone } = batch;
  const hour = sayTime(startsAt ?? 0, zone);
  const found = sayResults(entries);
  const rest = entries.length - shownDeployments;
  const decisions = sayDecisions(entries, zone, nameOf);
  const waiting = entries.flatMap(sayWaiting);
  return {
    text: `Minutes of the batch of ${hour}: ${found}`,
    blocks: [
      header(`Minutes of the batch of ${hour}`),
      section(`${sayFromTo(entries, zone)}\n${found}`),
      { type: 'divider' },
      ...entries.slice(0, shownDeployments).map((entry) => section(sayNight(entry))),
      ...(rest > 0 ? [context(`… and ${rest} more`)] : []),
      { type: 'divider' },
      ...lines('*Decisions*', decisions),
      ...(waiting.length > 0 ? lines('*Waits*', waiting) : [section('Nothing waits for anybody.')]),
    ],
  };
}

function sayFromTo(entries: NightEntry[], zone: string): string {
  const begins = entries.flatMap(({ beganAt }) => beganAt ?? []);
  if (begins.length === 0) return 'None of it began.';
  const instant = (at: number): string => slackInstant(at, sayTime(at, zone));
  const beganAt = Math.min(...begins);
  const began = `Began ${instant(beganAt)}`;
  const open = entries.some(({ deployment: { run, endedAt } }) => run !== null && endedAt === null);
  const ends = entries.flatMap(({ beganAt: begun, deployment: { endedAt } }) =>
    begun === null ? [] : (endedAt ?? []),
  );
  if (open || ends.length === 0) return `${began} · not over yet`;
  const endedAt = Math.max(...ends);
  return `${began} · ended ${instant(endedAt)}, after ${sayDuration(Math.max(0, endedAt - beganAt))}`;
}

function lines(title: string, all: string[]): KnownBlock[] {
  if (all.length === 0) return [];
  const rest = all.length - shownLines;
  const more = rest > 0 ? [`… and ${rest} more`] : [];
  return [section([title, ...all.slice(0, shownLines), ...more].join('\n'))];
}
