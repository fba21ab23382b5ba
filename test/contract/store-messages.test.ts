import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Store } from '../../src/store/store.ts';
import { implementations } from './store-implementations.ts';
import { card, change, create, line, reminded } from './store-samples.ts';

describe.each(implementations)('messages, on $name,', ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => await store.close());

  const keys = async (now = 9_000, limit = 10) => (await store.undelivered(now, limit)).map(({ key }) => key);
  const delivered = async (key: string, ts: string) => {
    const message = await store.message(key);
    if (!message) throw new Error(`no ${key}`);
    await store.setDelivery(message.id, { state: 'sending' });
    await store.setDelivery(message.id, { state: 'delivered', ts, saidDigest: message.digest });
  };

  it('are untold as far as telling did not come, and telling never goes back', async () => {
    const first = await create(store);
    const second = await create(store);
    await store.commit(change(second, [reminded, reminded]));
    expect(await store.untold(10)).toEqual([
      { deployment: first, told: 0, isBehind: false },
      { deployment: second, told: 0, isBehind: false },
    ]);
    await store.tell(first, 1, [], 2_000);
    await store.tell(second, 2, [], 2_000);
    await store.tell(second, 1, [], 2_000);
    expect(await store.untold(10)).toEqual([{ deployment: second, told: 2, isBehind: false }]);
  });

  it('are behind while Slack has not taken a line of their thread, and stand behind those that are not', async () => {
    const first = await create(store);
    const second = await create(store);
    await store.tell(first, 0, [card(first, 'asks'), line(first, 1)], 2_000);
    await store.tell(second, 0, [card(second, 'asks')], 2_000);
    expect(await store.untold(10)).toEqual([
      { deployment: second, told: 0, isBehind: false },
      { deployment: first, told: 0, isBehind: true },
    ]);
    expect(await store.untold(1)).toHaveLength(1);
    await delivered(`card:${first}`, '1.1');
    await delivered(`thread:${first}:1`, '1.2');
    expect((await store.untold(10)).map(({ isBehind }) => isBehind)).toEqual([false, false]);
  });

  it('are not behind for a file alone, which stands by itself', async () => {
    const number = await create(store);
    await store.tell(number, 0, [card(number, 'asks'), { ...line(number, 1), key: 'file:log' }], 2_000);
    expect(await store.message('file:log')).toMatchObject({ ts: null });
    expect(await store.untold(10)).toEqual([{ deployment: number, told: 0, isBehind: false }]);
  });

  it('are written with what they should say', async () => {
    const number = await create(store);
    await store.tell(number, 1, [card(number, 'asks'), line(number, 1)], 2_000);
    const found = await store.message(`thread:${number}:1`);
    expect(found).toEqual({
      ...line(number, 1),
      id: found?.id,
      state: 'wanted',
      ts: null,
      place: null,
      saidDigest: null,
      threadTs: null,
      earlierThreadTs: null,
      replaces: null,
      createdAt: 2_000,
      wantedAt: 2_000,
      attempts: 0,
      notBefore: 0,
      error: null,
    });
    expect(await store.message('card:0')).toBeNull();
  });

  it('lead back to their deployment from where they stand in Slack', async () => {
    const first = await create(store);
    const second = await create(store);
    await store.tell(first, 1, [card(first, 'a'), line(first, 1)], 2_000);
    await store.tell(second, 1, [card(second, 'a')], 2_000);
    await delivered(`card:${first}`, '1.1');
    await delivered(`thread:${first}:1`, '1.2');
    await delivered(`card:${second}`, '1.3');
    const { channel } = card(first, 'a');
    const found = ['1.1', '1.2', '1.3', '1.4'].map(
      async (ts) => await store.deploymentOfMessage(channel, ts),
    );
    expect(await Promise.all(found)).toEqual([first, first, second, null]);
    expect(await store.deploymentOfMessage('C0OTHER', '1.1')).toBeNull();
  });

  it('in a thread wait for their card, and go one after another in order', async () => {
    const number = await create(store);
    const other = await create(store);
    await store.tell(number, 1, [card(number, 'a'), line(number, 1), line(number, 2)], 2_000);
    await store.tell(other, 1, [card(other, 'b'), line(other, 1)], 2_000);
    expect(await keys()).toEqual([`card:${number}`, `card:${other}`]);
    await delivered(`card:${number}`, '17.1');
    expect(await keys()).toEqual([`thread:${number}:1`, `card:${other}`]);
    expect((await store.undelivered(9_000, 1))[0]).toMatchObject({ threadTs: '17.1' });
    const first = await store.message(`thread:${number}:1`);
    await store.setDelivery(first!.id, { state: 'sending' });
    expect(await keys()).toEqual([`card:${other}`]);
    await store.setDelivery(first!.id, { state: 'wanted', notBefore: 10_000, error: 'ratelimited' });
    expect(await keys()).toEqual([`card:${other}`]);
    expect(await keys(10_000)).toEqual([`thread:${number}:1`, `card:${other}`]);
    await delivered(`thread:${number}:1`, '17.2');
    expect(await keys()).toEqual([`thread:${number}:2`, `card:${other}`]);
  });

  it('that Slack refuses in every form hold up nothing behind them, and are offered again at their time', async () => {
    const number = await create(store);
    await store.tell(number, 1, [card(number, 'a'), line(number, 1), line(number, 2)], 2_000);
    await delivered(`card:${number}`, '17.1');
    const first = await store.message(`thread:${number}:1`);
    await store.setDelivery(first!.id, { state: 'dead', error: 'msg_too_long', notBefore: 50_000 });
    expect(await keys()).toEqual([`thread:${number}:2`]);
    expect(await store.message(first!.key)).toMatchObject({ state: 'dead', error: 'msg_too_long' });
    expect(await keys(50_000)).toEqual([`thread:${number}:1`, `thread:${number}:2`]);
  });

  it('that are gone from Slack are posted anew, and their thread waits for that', async () => {
    const number = await create(store);
    await store.tell(number, 1, [card(number, 'asks'), line(number, 1)], 2_000);
    await delivered(`card:${number}`, '17.1');
    await delivered(`thread:${number}:1`, '17.2');
    await store.tell(number, 2, [card(number, 'runs'), line(number, 2)], 2_100);
    await store.postAnew(`card:${number}`, 8_000);
    expect(await keys(7_999)).toEqual([]);
    const [anew, ...others] = await store.undelivered(8_000, 10);
    expect(others).toEqual([]);
    expect(anew).toMatchObject({ key: `card:${number}`, state: 'wanted', ts: null, replaces: '17.1' });
    await store.postAnew(`card:${number}`, 8_000);
    expect(await store.message(`card:${number}`)).toMatchObject({ replaces: '17.1' });
    await delivered(`card:${number}`, '17.3');
    expect(await store.undelivered(8_000, 10)).toMatchObject([
      { key: `thread:${number}:2`, threadTs: '17.3', earlierThreadTs: '17.1' },
    ]);
  });

  it('of a channel, or of all, are tried next when somebody says so', async () => {
    const here = await create(store);
    const there = await create(store);
    await store.tell(here, 1, [card(here, 'a')], 2_000);
    await store.tell(there, 1, [{ ...card(there, 'b'), channel: 'C0OTHER' }], 2_000);
    await store.tryNext('C0OTHER', 20_000);
    expect(await keys()).toEqual([`card:${here}`]);
    await store.tryNext(null, 20_000);
    expect(await keys()).toEqual([]);
    await store.tryNext(null, 0);
    expect(await keys()).toEqual([`card:${here}`, `card:${there}`]);
  });

  it('that no channel was told are counted for it, with what Slack said of the oldest that was tried', async () => {
    const here = await create(store);
    const there = await create(store);
    await store.tell(here, 1, [card(here, 'a'), line(here, 1)], 2_000);
    await store.tell(there, 1, [{ ...card(there, 'b'), channel: 'C0OTHER' }], 3_000);
    const { id, channel } = (await store.message(`card:${here}`))!;
    await store.setDelivery(id, { state: 'wanted', error: 'is_archived' });
    expect(await store.undeliveredByChannel()).toEqual([
      { channel, error: 'is_archived', messages: 2 },
      { channel: 'C0OTHER', error: null, messages: 1 },
    ]);
    await delivered(`card:${there}`, '17.1');
    expect((await store.undeliveredByChannel()).map((found) => found.channel)).toEqual([channel]);
  });

  it('are posted once: new words for a card are an edit of the same message', async () => {
    const number = await create(store);
    await store.tell(number, 1, [card(number, 'asks')], 2_000);
    await delivered(`card:${number}`, '17.1');
    expect(await keys()).toEqual([]);
    await store.tell(number, 1, [card(number, 'asks')], 2_100);
    expect(await keys()).toEqual([]);
    await store.tell(number, 2, [card(number, 'runs')], 2_200);
    const [edit, ...others] = await store.undelivered(9_000, 10);
    expect(others).toEqual([]);
    expect(edit).toMatchObject({
      ts: '17.1',
      digest: 'digest of runs',
      saidDigest: 'digest of asks',
      payload: '{"text":"runs"}',
    });
    await store.tell(number, 3, [card(number, 'asks')], 2_300);
    expect(await keys()).toEqual([]);
  });

  it('that get new words while they are on their way are not offered to a second sender, but edited after', async () => {
    const number = await create(store);
    await store.tell(number, 1, [card(number, 'asks')], 2_000);
    const [message] = await store.undelivered(9_000, 10);
    await store.setDelivery(message!.id, { state: 'sending' });
    await store.tell(number, 2, [card(number, 'runs')], 2_100);
    expect(await keys()).toEqual([]);
    await store.setDelivery(message!.id, { state: 'delivered', ts: '17.1', saidDigest: message!.digest });
    expect(await store.undelivered(9_000, 10)).toMatchObject([{ ts: '17.1', digest: 'digest of runs' }]);
  });

  it('whose fate is unknown are offered as unknown, so that somebody looks before posting again', async () => {
    const number = await create(store);
    await store.tell(number, 1, [card(number, 'asks')], 2_000);
    const [message] = await store.undelivered(9_000, 10);
    await store.setDelivery(message!.id, { state: 'unknown', error: 'timeout' });
    await store.tell(number, 2, [card(number, 'runs')], 2_100);
    expect(await store.undelivered(9_000, 10)).toMatchObject([
      { state: 'unknown', error: 'timeout', ts: null },
    ]);
  });

  it('whose edit has an unknown fate are edited again, even back to the words they had', async () => {
    const number = await create(store);
    await store.tell(number, 1, [card(number, 'asks')], 2_000);
    await delivered(`card:${number}`, '17.1');
    await store.tell(number, 2, [card(number, 'runs')], 2_100);
    const { id } = (await store.message(`card:${number}`))!;
    await store.setDelivery(id, { state: 'unknown', error: 'timeout' });
    await store.tell(number, 3, [card(number, 'asks')], 2_200);
    expect(await store.undelivered(9_000, 10)).toMatchObject([
      { state: 'unknown', ts: '17.1', saidDigest: null },
    ]);
  });

  it('that Slack shows already are not offered, however the last try ended', async () => {
    const number = await create(store);
    await store.tell(number, 1, [card(number, 'asks')], 2_000);
    await delivered(`card:${number}`, '17.1');
    await store.tell(number, 2, [card(number, 'runs')], 2_100);
    await store.tell(number, 3, [card(number, 'asks')], 2_200);
    const { id } = (await store.message(`card:${number}`))!;
    await store.setDelivery(id, { state: 'wanted', error: 'ratelimited' });
    expect(await keys()).toEqual([]);
  });

  it('that an earlier process put off are offered at once: the clock may have been set back since', async () => {
    const number = await create(store);
    const hour = 3_600_000;
    await store.tell(number, 1, [card(number, 'asks')], hour);
    const { id } = (await store.message(`card:${number}`))!;
    await store.setDelivery(id, { state: 'wanted', notBefore: hour + 60_000 });
    expect(await keys(hour)).toEqual([]);
    expect(await keys(hour + 60_000)).toEqual([`card:${number}`]);
    expect(await keys(1_000)).toEqual([]);
    await store.endPauses();
    expect(await keys(1_000)).toEqual([`card:${number}`]);
  });

  it('count how often they were sent, and keep what a delivery does not mention', async () => {
    const number = await create(store);
    await store.tell(number, 1, [card(number, 'asks')], 2_000);
    const [message] = await store.undelivered(9_000, 10);
    await store.setDelivery(message!.id, { state: 'sending' });
    await store.setDelivery(message!.id, { state: 'wanted', notBefore: 5_000, error: 'ratelimited' });
    await store.setDelivery(message!.id, { state: 'sending' });
    expect(await store.message(message!.key)).toMatchObject({
      attempts: 2,
      notBefore: 5_000,
      error: 'ratelimited',
    });
    await store.setDelivery(message!.id, { state: 'delivered', ts: '17.1', saidDigest: 'd', error: null });
    expect(await store.message(message!.key)).toMatchObject({ attempts: 2, ts: '17.1', error: null });
    await store.setDelivery(message!.id, { state: 'unknown', tried: true });
    expect(await store.message(message!.key)).toMatchObject({ attempts: 3 });
    await expect(store.setDelivery(999, { state: 'sending' })).rejects.toThrow(/no message 999/);
  });
});
