import type { Logger } from 'pino';

import { sayTime } from '../../domain/calendar/calendar.ts';
import { timelineOf } from '../../progress/timeline.ts';
import type { OutgoingMessage } from '../../store/messages.ts';
import { cardTitle } from '../card/card.ts';
import { outgoingFile } from '../outbox/outgoing.ts';
import type { Companion, Story } from '../outbox/story.ts';
import { renderPicture } from './render-picture.ts';
import { drawTimeline } from './timeline-picture.ts';

/** Fewer servers have no order in time that a picture would show better than a line. */
const leastServers = 2;

/** The picture of each attempt that ended, in its thread. Where it cannot be drawn, the words are said all the same. */
export function tellTimelines(log: Pick<Logger, 'warn'>): Companion {
  return async (story, news) => {
    const ends = news.filter(({ event }) => event.type === 'attempt_ended');
    const pictures = ends.map(async ({ version }) => await pictureOf(story, version, log));
    return (await Promise.all(pictures)).flat();
  };
}

async function pictureOf(
  { plan, events, deployment, base }: Story,
  version: number,
  log: Pick<Logger, 'warn'>,
): Promise<OutgoingMessage[]> {
  const timeline = timelineOf(
    plan,
    events.filter((stored) => stored.version <= version),
  );
  if (!timeline || timeline.rows.length < leastServers) return [];
  const number = base.deployment;
  const title = cardTitle(number, plan);
  try {
    const { svg, altText } = drawTimeline(title, timeline, deployment.zone);
    const again = timeline.attempt > 1 ? `, attempt ${timeline.attempt}` : '';
    const file = {
      filename: `${number}-timeline-${timeline.attempt}.png`,
      title: `Timeline of #${number}${again}, ${sayTime(timeline.from, deployment.zone)}`,
      altText,
      bytes: await renderPicture(svg),
    };
    const name = `timeline:${number}:${timeline.attempt}`;
    return [outgoingFile({ ...base, threadOf: `card:${number}`, name }, file)];
  } catch (error) {
    log.warn({ error, deployment: number }, 'the picture of an attempt could not be drawn');
    return [];
  }
}
