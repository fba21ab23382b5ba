import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { usualSettings } from '../../src/domain/person-settings.ts';
import type { OutgoingMessage } from '../../src/store/messages.ts';
import type { ChosenTelling } from '../../src/store/settings.ts';
import type { Store } from '../../src/store/store.ts';
import { implementations } from './store-implementations.ts';
import { card, create } from './store-samples.ts';

describe.each(implementations)('settings, on $name,', ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => await store.close());

  const notice = (deployment: number, to: string): OutgoingMessage => ({
    ...card(deployment, 'asks'),
    key: `notice:approval:${deployment}:${to}`,
    channel: to,
  });
  const idOf = async (key: string): Promise<number> => (await store.message(key))?.id ?? 0;

  it('of a person are theirs alone, and the last ones hold', async () => {
    expect(await store.personSettings('U0ANA')).toBeNull();
    const settings = { ...usualSettings, muted: ['ibex'] };
    await store.keepPersonSettings({ person: 'U0ANA', settings, at: 1 });
    await store.keepPersonSettings({ person: 'U0ANA', settings: { ...settings, own: 'all' }, at: 2 });
    expect(await store.personSettings('U0ANA')).toEqual({ ...settings, own: 'all' });
    expect(await store.personSettings('U0BEA')).toBeNull();
  });

  it('have what waits for that person come due at once, and nothing of others', async () => {
    const number = await create(store);
    await store.tell(number, 1, [notice(number, 'U0ANA'), notice(number, 'U0BEA')], 2_000);
    for (const to of ['U0ANA', 'U0BEA'])
      await store.setDelivery(await idOf(notice(number, to).key), { state: 'wanted', notBefore: 90_000 });
    expect(await store.undelivered(9_000, 9)).toEqual([]);
    let told = 0;
    store.onCommit(() => (told += 1));
    await store.keepPersonSettings({ person: 'U0ANA', settings: usualSettings, at: 3_000 });
    expect((await store.undelivered(9_000, 9)).map(({ channel }) => channel)).toEqual(['U0ANA']);
    expect(told).toBe(1);
  });

  it('of an environment are written with who and when into its trail, and the same twice once', async () => {
    expect(await store.channelTelling('ibex')).toBeNull();
    const chosen: ChosenTelling = { environment: 'ibex', tells: 'nothing', by: 'U0ANA', at: 1_000 };
    await store.chooseChannelTelling(chosen);
    await store.chooseChannelTelling({ ...chosen, by: 'U0BEA', at: 2_000 });
    expect(await store.channelTelling('ibex')).toEqual(chosen);
    const later: ChosenTelling = { ...chosen, tells: 'failures', via: 'command line', at: 3_000 };
    await store.chooseChannelTelling(later);
    expect(await store.channelTelling('ibex')).toEqual(later);
    expect(await store.environmentEvents('ibex')).toEqual([
      { environment: 'ibex', at: 1_000, event: { type: 'telling_chosen', tells: 'nothing', by: 'U0ANA' } },
      {
        environment: 'ibex',
        at: 3_000,
        event: { type: 'telling_chosen', tells: 'failures', by: 'U0ANA', via: 'command line' },
      },
    ]);
  });

  it('a direct message is withdrawn only while Slack never showed it and is not being asked to', async () => {
    const number = await create(store);
    await store.tell(number, 1, [notice(number, 'U0ANA'), notice(number, 'U0BEA')], 2_000);
    const [anas, beas] = [await idOf(notice(number, 'U0ANA').key), await idOf(notice(number, 'U0BEA').key)];
    await store.setDelivery(beas, { state: 'sending', place: 'D0BEA' });
    await store.withdraw(anas);
    await store.withdraw(beas);
    expect(await store.message(notice(number, 'U0ANA').key)).toBeNull();
    await store.setDelivery(beas, { state: 'delivered', ts: '1.1' });
    await store.withdraw(beas);
    expect(await store.message(notice(number, 'U0BEA').key)).toMatchObject({ ts: '1.1', place: 'D0BEA' });
  });

  it('people who were written to directly are no channels that are told nothing', async () => {
    const number = await create(store);
    await store.tell(number, 1, [card(number, 'asks'), notice(number, 'U0ANA')], 2_000);
    expect((await store.undeliveredByChannel()).map(({ channel }) => channel)).not.toContain('U0ANA');
    expect(await store.undeliveredByChannel()).toHaveLength(1);
  });
});
