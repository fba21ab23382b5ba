import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { OutgoingMessage } from '../../src/store/messages.ts';
import type { Store } from '../../src/store/store.ts';
import { implementations } from './store-implementations.ts';
import { card, create } from './store-samples.ts';

describe.each(implementations)('files, on $name,', ({ open }) => {
  let store: Store;
  let number: number;
  beforeEach(async () => {
    store = await open();
    number = await create(store);
  });
  afterEach(async () => await store.close());

  const bytes = Uint8Array.from([0, 255, 10, 13]);
  const file = { filename: 'log.txt', title: 'the log', altText: 'what it printed' };
  const message = (words: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
    ...card(number, 'words'),
    key: 'file:one',
    threadOf: `card:${number}`,
    file: { ...file, bytes },
    ...words,
  });

  it('are kept byte by byte until they stand, and what Slack calls them for good', async () => {
    await store.tell(number, 1, [message()], 1_000);
    const kept = await store.file('file:one');
    expect(kept).toMatchObject({ ...file, slackId: null });
    expect([...(kept?.bytes ?? [])]).toEqual([...bytes]);
    await store.nameFile('file:one', 'F1');
    await store.fileStands('file:one');
    expect(await store.file('file:one')).toEqual({ ...file, bytes: null, slackId: 'F1' });
    expect(await store.file('file:two')).toBeNull();
  });

  it('are each let go of and named alone', async () => {
    await store.tell(number, 1, [message(), message({ key: 'file:two' })], 1_000);
    await store.nameFile('file:one', 'F1');
    await store.fileStands('file:one');
    const other = await store.file('file:two');
    expect(other?.slackId).toBeNull();
    expect([...(other?.bytes ?? [])]).toEqual([...bytes]);
  });

  it('that are wanted again are what they were: a second telling sends nothing twice', async () => {
    await store.tell(number, 1, [message()], 1_000);
    await store.nameFile('file:one', 'F1');
    await store.fileStands('file:one');
    await store.tell(number, 1, [message()], 2_000);
    expect(await store.file('file:one')).toMatchObject({ bytes: null, slackId: 'F1' });
  });

  it('hold up no words of their thread', async () => {
    await store.tell(
      number,
      1,
      [
        card(number, 'words'),
        message(),
        { ...card(number, 'words'), key: 'thread:1:1', threadOf: `card:${number}` },
      ],
      1_000,
    );
    const first = await store.message(`card:${number}`);
    await store.setDelivery(first?.id ?? 0, {
      state: 'delivered',
      ts: '1.1',
      saidDigest: first?.digest ?? '',
    });
    expect((await store.undelivered(9_000, 9)).map(({ key }) => key)).toEqual(['file:one', 'thread:1:1']);
  });

  it('wait for the words that stand before them', async () => {
    const line = { ...card(number, 'words'), key: 'thread:1:1', threadOf: `card:${number}` };
    await store.tell(number, 1, [card(number, 'words'), line, message()], 1_000);
    const first = await store.message(`card:${number}`);
    await store.setDelivery(first?.id ?? 0, {
      state: 'delivered',
      ts: '1.1',
      saidDigest: first?.digest ?? '',
    });
    expect((await store.undelivered(9_000, 9)).map(({ key }) => key)).toEqual(['thread:1:1']);
  });

  it('that Slack does not take are no silence of their channel', async () => {
    await store.tell(number, 1, [message()], 1_000);
    const wanted = await store.message('file:one');
    expect(await store.undeliveredByChannel()).toHaveLength(1);
    await store.setDelivery(wanted?.id ?? 0, { state: 'dead', error: 'missing_scope' });
    expect(await store.undeliveredByChannel()).toEqual([]);
  });

  it('and what a failed task printed is kept for exactly its run', async () => {
    const place = { deployment: number, attempt: 1, task: 4, run: 1 };
    await store.keepOutput(place, 'first');
    await store.keepOutput(place, 'first, read again');
    await store.keepOutput({ ...place, run: 2 }, 'second');
    expect(await store.output(place)).toBe('first, read again');
    expect(await store.output({ ...place, run: 2 })).toBe('second');
    expect(await store.output({ ...place, attempt: 2 })).toBeNull();
    expect(await store.output({ ...place, task: 5 })).toBeNull();
    expect(await store.output({ ...place, deployment: number + 1 })).toBeNull();
  });

  it('and the blocks that a workspace refuses are those of this one', async () => {
    await store.refuseBlock({ workspace: 'T1', block: 'table', at: 1_000 });
    await store.refuseBlock({ workspace: 'T1', block: 'table', at: 2_000 });
    expect(await store.refusedBlocks('T1')).toEqual(['table']);
    expect(await store.refusedBlocks('T2')).toEqual([]);
  });
});
