import { mention, system } from '../../domain/actor.ts';
import { hasBegun, isOver } from '../../domain/batch/batch.ts';
import type { StoredEvent } from '../../domain/events/deployment-event.ts';
import { type NightEntry, nightEntry } from '../../progress/night.ts';
import type { Batch } from '../../store/batches.ts';
import type { OutgoingMessage } from '../../store/messages.ts';
import type { Store } from '../../store/store.ts';
import type { NameOf } from '../../wording/minutes.ts';
import type { MessageContent } from '../blocks.ts';
import type { NameOf as MentionNameOf } from '../outbox/names-for-mentions.ts';
import { outgoingMessage } from '../outbox/outgoing.ts';
import type { Companion } from '../outbox/story.ts';
import { batchCard } from './batch-card.ts';
import { minutesMessage } from './minutes-message.ts';

/** What telling of batches is built with. */
export interface BatchTelling {
  store: Store;
  now: () => number;
  /** What people are called; without it, and where Slack does not say, they are mentioned. */
  nameOf?: MentionNameOf;
}

type Address = Omit<OutgoingMessage, 'payload' | 'digest'>;

/**
 * The list of the batch on which a deployment stands, once others stand there too, and its minutes once it is over or
 * its morning has come: one message each in every channel concerned, edited as things change.
 */
export function tellBatches(needs: BatchTelling): Companion {
  return async ({ base, events }) => {
    const batch = await needs.store.batchOf(base.deployment);
    if (!batch || batch.deployments.length < 2 || batch.startsAt === null) return [];
    const card = await batchCardNow(needs, batch);
    const lists = addressed(batch, 'batch').map((address) => outgoingMessage(address, card));
    if (!(await wantsMinutes(needs, batch, events))) return lists;
    const minutes = await minutesNow(needs, batch);
    return [...lists, ...addressed(batch, 'minutes').map((address) => outgoingMessage(address, minutes))];
  };
}

async function batchCardNow(needs: BatchTelling, batch: Batch): Promise<MessageContent> {
  return batchCard(
    batch,
    await namesOf(
      needs,
      batch.deployments.map(({ requestedBy }) => requestedBy),
    ),
  );
}

async function minutesNow(needs: BatchTelling, batch: Batch): Promise<MessageContent> {
  const loaded = await Promise.all(batch.deployments.map(async (row) => await loadNight(needs.store, row)));
  const entries = loaded.filter((entry) => entry !== null);
  const people = entries.flatMap(({ decisions }) => decisions.map(({ by }) => by));
  return minutesMessage(batch, entries, await namesOf(needs, people));
}

async function loadNight(
  store: Store,
  { number, planHash, environment }: Batch['deployments'][number],
): Promise<NightEntry | null> {
  const plan = await store.plan(planHash);
  return plan && nightEntry(plan, await store.eventsAfter(number, 0), await store.members(environment));
}

/** Also when they stand there already: what was decided since is added. One that was called off has none. */
async function wantsMinutes(
  { store, now }: BatchTelling,
  batch: Batch,
  events: StoredEvent[],
): Promise<boolean> {
  const { deployments } = batch;
  if (!hasBegun(batch, now())) return false;
  if (deployments.every(({ state, attempt }) => attempt === 0 && isCalledOff(state))) return false;
  if (isOver(deployments) || events.some(({ event }) => event.type === 'batch_waits')) return true;
  const [first] = addressed(batch, 'minutes');
  return first !== undefined && (await store.message(first.key)) !== null;
}

function isCalledOff(state: Batch['deployments'][number]['state']): boolean {
  return state === 'cancelled' || state === 'rejected';
}

/** One address in each channel concerned. */
function addressed({ id, deployments }: Batch, kind: 'batch' | 'minutes'): Address[] {
  const deployment = Math.min(...deployments.map(({ number }) => number));
  const channels = [...new Set(deployments.map(({ channel }) => channel))];
  return channels.map((channel) => ({
    key: `${kind}:${id}:${channel}`,
    deployment,
    channel,
    threadOf: null,
    broadcast: false,
  }));
}

async function namesOf({ nameOf }: BatchTelling, people: string[]): Promise<NameOf> {
  const known = new Map<string, string>([[system, 'Lamplighter']]);
  for (const id of new Set(people)) {
    const name = id === system ? null : ((await nameOf?.(id)) ?? null);
    if (name !== null) known.set(id, name);
  }
  return (id) => known.get(id) ?? mention({ by: id });
}
