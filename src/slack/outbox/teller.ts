import { createHash } from 'node:crypto';

import type { Logger } from 'pino';

import { foldDeployment } from '../../domain/deployment/deployment.ts';
import { type Fact, factsOf } from '../../progress/facts.ts';
import type { OutgoingMessage, Store } from '../../store/store.ts';
import type { MessageContent } from '../blocks.ts';
import { deploymentCard } from '../card/card.ts';
import { changesPreparation, hasPreparationButtons } from '../card/preparation-buttons.ts';
import { type FactGroup, groupFacts, threadMessage } from '../card/thread-message.ts';

/** What telling is built with. */
export interface TellerNeeds {
  store: Store;
  now: () => number;
  log: Pick<Logger, 'error'>;
}

/** How many deployments are told of at once. */
const batchSize = 20;

/**
 * Turns what happened since the last telling into wanted messages: the card as it should read now, and one line of
 * the thread for each fact. Rows and the mark of how far telling came are written together, so nothing is told twice.
 */
export async function tellWhatHappened(needs: TellerNeeds): Promise<void> {
  for (const { deployment, told } of await needs.store.untold(batchSize)) {
    try {
      await tellOf(needs, deployment, told);
    } catch (error) {
      needs.log.error({ error, deployment }, 'what happened could not be told; it is tried again');
    }
  }
}

async function tellOf({ store, now }: TellerNeeds, number: number, told: number): Promise<void> {
  const events = await store.eventsAfter(number, 0);
  const deployment = foldDeployment(events);
  const summary = await store.summary(number);
  const plan = deployment && (await store.plan(deployment.planHash));
  if (!deployment || !summary || !plan) throw new Error(`#${number} has events and no plan`);
  const members = await store.members(plan.environment.name);
  const cardKey = `card:${number}`;
  const base = { deployment: number, channel: summary.channel };
  const facts = factsOf(plan, events);
  const news = facts.filter((fact) => fact.version > told);
  const closed = facts.filter(
    (fact) => fact.version <= told && (isClosedBy(news, fact) || isChangedBy(news, fact)),
  );
  const groups = [...closed.map((fact): FactGroup => [fact]), ...groupFacts(news)];
  const lines = groups.map(async (group) => {
    const [{ version }] = group;
    const end = group.find(({ event }) => event.type === 'attempt_ended');
    const place = end ? await store.logPlace(number, end.version) : null;
    const broadcast = group.some(({ matters }) => matters);
    const address = { ...base, key: `thread:${number}:${version}`, threadOf: cardKey, broadcast };
    return message(address, threadMessage(deployment, plan, group, place));
  });
  const card = message(
    { ...base, key: cardKey, threadOf: null, broadcast: false },
    deploymentCard(deployment, plan, members),
  );
  await store.tell(number, deployment.version, [card, ...(await Promise.all(lines))], now());
}

/** A question that was told before has its answer now: its buttons go. */
function isClosedBy(news: Fact[], { event: asked }: Fact): boolean {
  return (
    asked.type === 'question_asked' &&
    news.some(({ event }) => event.type === 'question_answered' && event.question === asked.question.id)
  );
}

/** What was asked around the start keeps only the buttons that make sense now. */
function isChangedBy(news: Fact[], { event: told }: Fact): boolean {
  return hasPreparationButtons(told) && news.some(({ event }) => changesPreparation(event));
}

function message(
  address: Omit<OutgoingMessage, 'payload' | 'digest'>,
  content: MessageContent,
): OutgoingMessage {
  const payload = JSON.stringify(content);
  return { ...address, payload, digest: createHash('sha256').update(payload).digest('hex') };
}
