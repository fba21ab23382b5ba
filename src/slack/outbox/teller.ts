import type { Logger } from 'pino';

import { type Deployment, foldDeployment } from '../../domain/deployment/deployment.ts';
import type { StoredEvent } from '../../domain/events.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { type Fact, factsOf } from '../../progress/facts.ts';
import type { OutgoingMessage, Store } from '../../store/store.ts';
import type { ReadBackOf } from '../../wording/server-table.ts';
import { deploymentCard } from '../card/card.ts';
import { type FactGroup, groupFacts, threadMessages } from '../card/thread-message.ts';
import { failureLog } from './failure-log.ts';
import { outgoingMessage } from './outgoing.ts';

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
  const story = await readStory(store, number);
  const { deployment, events, plan, base } = story;
  const facts = factsOf(plan, events);
  const news = facts.filter((fact) => fact.version > told);
  const closed = facts.filter((fact) => fact.version <= told && isClosedBy(news, fact));
  const groups = [...closed.map((fact): FactGroup => [fact]), ...groupFacts(news)];
  const lines = await Promise.all(groups.map(async (group) => await tellGroup(store, story, group)));
  const members = await store.members(plan.environment.name);
  const card = outgoingMessage(
    { ...base, key: cardKey(number), threadOf: null, broadcast: false },
    deploymentCard(deployment, plan, members),
  );
  await store.tell(number, deployment.version, [card, ...lines.flat()], now());
}

/** A deployment with its whole log, for telling of it. */
interface Story {
  deployment: Deployment;
  events: StoredEvent[];
  plan: Plan;
  base: { deployment: number; channel: string };
  readBackOf: ReadBackOf;
}

async function readStory(store: Store, number: number): Promise<Story> {
  const events = await store.eventsAfter(number, 0);
  const deployment = foldDeployment(events);
  const summary = await store.summary(number);
  const plan = deployment && (await store.plan(deployment.planHash));
  if (!deployment || !summary || !plan) throw new Error(`#${number} has events and no plan`);
  const records = await store.records(plan.environment.name);
  const known = new Map(records.map(({ server, readBack }) => [server, readBack]));
  const base = { deployment: number, channel: summary.channel };
  return { deployment, events, plan, base, readBackOf: (server) => known.get(server) ?? null };
}

const cardKey = (number: number): string => `card:${number}`;

/** The messages of one group of facts, and whatever file belongs to them. */
async function tellGroup(store: Store, story: Story, group: FactGroup): Promise<OutgoingMessage[]> {
  const { base, events } = story;
  const [{ version }] = group;
  const end = group.find(({ event }) => event.type === 'attempt_ended');
  const place = end ? await store.logPlace(base.deployment, end.version) : null;
  const ended = end ? (foldDeployment(events.slice(0, end.version))?.run ?? null) : null;
  const threadOf = cardKey(base.deployment);
  const key = `thread:${base.deployment}:${version}`;
  const matters = group.some((fact) => fact.matters);
  const messages = threadMessages({ ...story, ended, place }, group).map((content, index) => {
    const address = { ...base, threadOf, broadcast: matters && index === 0 };
    return outgoingMessage({ ...address, key: index === 0 ? key : `${key}:${index + 1}` }, content);
  });
  const logs = group.map(async (fact) => await failureLog(store, story.plan, { ...base, threadOf, fact }));
  return [...messages, ...(await Promise.all(logs)).flat()];
}

/** A question that was told before has its answer now: its buttons go. */
function isClosedBy(news: Fact[], { event: asked }: Fact): boolean {
  return (
    asked.type === 'question_asked' &&
    news.some(({ event }) => event.type === 'question_answered' && event.question === asked.question.id)
  );
}
