import { takesPart } from '../../domain/batch/batch.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { standingSentence } from '../../domain/roles.ts';
import type { Batch } from '../../store/batches.ts';
import { sayOnFailure } from '../../wording/batch.ts';
import { context, type MessageContent, section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import { slackInstant } from '../escape.ts';
import { batchLines } from './batch-card.ts';

const hourMs = 3_600_000;
/** A message has room for so many, and of each so many. */
const shown = 9;
const shownOfEach = 20;

/** Every list whose hour lies in the night around now: what began lately, and what begins within a day. */
export async function batchesOfTonight({ app }: BotNeeds): Promise<Batch[]> {
  const now = app.now();
  const found = await app.store.batchesBetween(now - 12 * hourMs, now + 24 * hourMs);
  return found.filter(({ deployments }) => deployments.some(({ state }) => takesPart(state)));
}

/** `/deploy list tonight`, for members. */
export async function answerTonight(needs: BotNeeds, by: string): Promise<MessageContent> {
  const refusal = await refuseReader(needs, by);
  if (refusal !== null) return words(refusal);
  const batches = await batchesOfTonight(needs);
  if (batches.length === 0) return words('Nothing is on the list for tonight. `/deploy` opens the form.');
  const rest = batches.length - shown;
  return {
    text: `${batches.length} on the list for tonight`,
    blocks: [
      ...batches.slice(0, shown).flatMap(batchBlocks),
      ...(rest > 0 ? [context(`… and ${rest} more`)] : []),
    ],
  };
}

/** What stands in the channels of others is read by members only: why this person is none of them, or null. */
export async function refuseReader({ app }: BotNeeds, by: string): Promise<string | null> {
  const person = await app.findPerson(by);
  return person.standing === 'member'
    ? null
    : `Deployments are listed for members only. ${standingSentence(person)}`;
}

/** To one person alone a mention calls nobody. */
function batchBlocks({ startsAt, zone, onFailure, deployments }: Batch): MessageContent['blocks'] {
  const when = startsAt === null ? '' : slackInstant(startsAt, sayTime(startsAt, zone));
  const part = deployments.filter(({ state }) => takesPart(state));
  const isShared = part.length > 1;
  return [
    section(`*${when}*`),
    ...batchLines(part, (id) => `<@${id}>`, shownOfEach),
    ...(isShared ? [context(sayOnFailure(onFailure))] : []),
  ];
}

function words(text: string): MessageContent {
  return { text, blocks: [section(text)] };
}
