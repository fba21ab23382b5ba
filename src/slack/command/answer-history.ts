import { environmentHistory } from '../../app/environment-history.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { sayHistoryTitle, sayPast } from '../../wording/history.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import { actions, button, type MessageContent, section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import { slackInstant } from '../escape.ts';
import type { Press } from '../heard.ts';
import { ids } from '../ids.ts';
import { fitting } from './fitting.ts';
import { turnPage } from './turn-page.ts';

/** Which page: from below a number on; null: the newest. */
interface Page {
  environment: string;
  before: number | null;
}

/** `/deploy history E`: the last ten with how they ended, and *More*. */
export async function answerHistory({ app }: BotNeeds, page: Page): Promise<MessageContent> {
  const verdict = await environmentHistory(app, page);
  if (!verdict.ok) {
    const text = sayRefusals(verdict.refusals);
    return { text, blocks: [section(text)] };
  }
  const { environment, deployments, hasOlder } = verdict.value;
  const text = sayHistoryTitle(environment, deployments);
  const instant = (at: number): string => slackInstant(at, sayTime(at, 'UTC'));
  const oldest = deployments.at(-1)?.number ?? null;
  const more = button(ids.historyPage, 'More', JSON.stringify({ environment, before: oldest }), {
    accessibilityLabel: `Older deployments of ${environment}`,
  });
  return {
    text,
    blocks: [
      section(`*${text}*`),
      ...fitting(deployments.map((past) => sayPast(past, instant))),
      ...actions('history', hasOlder ? [more] : []),
    ],
  };
}

/** A press on *More*: the next page stands in the place of this one. */
export async function onHistoryPage(needs: BotNeeds, args: Press): Promise<void> {
  await turnPage(needs, args, async (value) => {
    const { environment, before } = value;
    if (typeof environment !== 'string') return null;
    return await answerHistory(needs, { environment, before: typeof before === 'number' ? before : null });
  });
}
