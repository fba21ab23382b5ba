import type { Logger } from 'pino';

import { isToldInChannel } from '../../domain/channel-telling.ts';
import type { Hand } from '../../domain/deployment/delegation.ts';
import type { Deployment } from '../../domain/deployment/deployment.ts';
import { foldDeployment } from '../../domain/deployment/fold-deployment.ts';
import type { StoredEvent } from '../../domain/events/deployment-event.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { type Fact, factsOf } from '../../progress/facts.ts';
import type { OutgoingMessage, UntoldDeployment } from '../../store/messages.ts';
import type { Store } from '../../store/store.ts';
import { deploymentCard } from '../card/card.ts';
import type { FactGroup } from '../card/fact-group.ts';
import { changesPreparation, hasPreparationButtons } from '../card/preparation-buttons.ts';
import { groupFacts, threadMessages } from '../card/thread-message.ts';
import { failureLog } from './failure-log.ts';
import { calledBy, type NameOf, namesForMentions } from './names-for-mentions.ts';
import { outgoingMessage } from './outgoing.ts';
import { type Companion, readStory, type Story } from './story.ts';

/** What telling is built with. */
export interface TellerNeeds {
  store: Store;
  now: () => number;
  log: Pick<Logger, 'error'>;
  /** Who has nothing to do stands in the channel by name, and is not called. */
  nameOf: NameOf;
  /** Whose votes may be given by others; absent: what was handed over for the deployment alone. */
  handsOf?: (deployment: Deployment, plan: Plan) => Promise<Hand[]>;
  /** Whatever else is said when something is told of a deployment, in the same transaction; absent: nothing. */
  companions?: Companion[];
  /** Is told of what was told just now, once of each fact, and of every event behind it; absent: nobody is. */
  told?: (plan: Plan, deployment: number, news: { facts: Fact[]; events: StoredEvent[] }) => void;
}

/** How many deployments are told of at once. */
const batchSize = 100;

/**
 * Turns what happened since the last telling into wanted messages: the card as it should read now, and one line of
 * the thread for each fact. Rows and the mark of how far telling came are written together, so nothing is told twice.
 */
export async function tellWhatHappened(needs: TellerNeeds): Promise<void> {
  for (const untold of await needs.store.untold(batchSize)) {
    const { deployment } = untold;
    try {
      await tellOf(needs, untold);
    } catch (error) {
      needs.log.error({ error, deployment }, 'what happened could not be told; it is tried again');
    }
  }
}

/**
 * While Slack has not taken the latest line of a thread, no further one is written: what happens meanwhile is told
 * together afterwards, and the card alone keeps up. So no thread falls further behind than what is on its way.
 */
async function tellOf(needs: TellerNeeds, untold: UntoldDeployment): Promise<void> {
  const { store, now } = needs;
  const { deployment: number, told, isBehind } = untold;
  const story = await readStory(store, number);
  const card = await cardOf(needs, story);
  if (isBehind) return await store.tell(number, told, [card], now());
  const facts = factsOf(story.plan, story.events);
  const news = facts.filter((fact) => fact.version > told);
  const closed = facts.filter(
    (fact) => fact.version <= told && (isClosedBy(news, fact) || isChangedBy(news, fact)),
  );
  const groups = [...closed.map((fact): FactGroup => [fact]), ...groupFacts(news)];
  const lines = await Promise.all(groups.map(async (group) => await tellGroup(needs, story, group)));
  const beside = await Promise.all((needs.companions ?? []).map(async (say) => await say(story, news)));
  await store.tell(number, story.deployment.version, [card, ...lines.flat(), ...beside.flat()], now());
  const events = story.events.filter(({ version }) => version > told);
  needs.told?.(story.plan, number, { facts: news, events });
}

const cardKey = (number: number): string => `card:${number}`;

async function cardOf({ nameOf, handsOf }: TellerNeeds, story: Story): Promise<OutgoingMessage> {
  const { base, deployment, plan, members } = story;
  const address = { ...base, key: cardKey(base.deployment), threadOf: null, broadcast: false };
  const content = deploymentCard(deployment, plan, members, await handsOf?.(deployment, plan));
  return outgoingMessage(address, await namesForMentions(content, { nameOf, mayBePinged: new Set() }));
}

/** The messages of one group of facts, and whatever file belongs to them. */
async function tellGroup(needs: TellerNeeds, story: Story, group: FactGroup): Promise<OutgoingMessage[]> {
  const { store, nameOf } = needs;
  const { base, events } = story;
  const [{ version }] = group;
  const end = group.find(({ event }) => event.type === 'attempt_ended');
  const place = end ? await store.logPlace(base.deployment, end.version) : null;
  const ended = end ? (foldDeployment(events.slice(0, end.version))?.run ?? null) : null;
  const threadOf = cardKey(base.deployment);
  const key = `thread:${base.deployment}:${version}`;
  const isForAll = group.some((fact) => isToldInChannel(story.tells, fact));
  const mayBePinged = calledBy(story.plan, group);
  const messages = threadMessages({ ...story, ended, place }, group).map(async (content, index) => {
    const address = { ...base, threadOf, broadcast: isForAll && index === 0 };
    return outgoingMessage(
      { ...address, key: index === 0 ? key : `${key}:${index + 1}` },
      await namesForMentions(content, { nameOf, mayBePinged }),
    );
  });
  const logs = group.map(async (fact) => await failureLog(store, story.plan, { ...base, threadOf, fact }));
  return [...(await Promise.all(messages)), ...(await Promise.all(logs)).flat()];
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
