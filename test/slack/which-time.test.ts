import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { loadDeployment } from '../../src/app/load-deployment.ts';
import { onFormSubmit } from '../../src/slack/form/on-form.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';

const channel = 'C0SHOP';
const [first, second] = [Date.parse('2027-10-31T00:30Z'), Date.parse('2027-10-31T01:30Z')];
const labels = { first: '02:30 +02:00, the first time', second: '02:30 +01:00, the second time' };
let bot: SlackApp;

beforeEach(async () => (bot = await startSlackApp({ by: 'socket' })));
afterEach(async () => await bot.stop());

/** The form as it opens after a command, with a reason. */
async function formAfter(when: string) {
  const ana = bot.slack.person('U0ANA');
  await ana.types(`/deploy shop@2 to shop ${when}`, { channel });
  const form = await ana.modal();
  await form.type('Reason', 'a night in October');
  return form;
}

async function startsAt(): Promise<number | null> {
  const loaded = await loadDeployment(bot.app.store, 1);
  return loaded.ok ? loaded.value.deployment.startsAt : null;
}

describe('law 9: a time that comes twice, in the form', () => {
  test('is asked about with both offsets, and neither is taken unasked', async () => {
    const form = await formAfter('2027-10-31 02:30');
    expect(form.text()).toContain('02:30 comes twice in Europe/Madrid');
    for (const label of Object.values(labels)) expect(form.text()).toContain(label);
    expect(await form.submit()).toEqual({ errors: { 'Which 02:30?': expect.stringMatching(/./) } });
    expect(await startsAt()).toBeNull();
  });

  test.each([
    [labels.first, first],
    [labels.second, second],
  ])('is what the person chose: %s', async (label, instant) => {
    const form = await formAfter('2027-10-31 02:30');
    await form.choose('Which 02:30?', label);
    expect(await form.submit()).toEqual({ closed: true });
    expect(await startsAt()).toBe(instant);
  });

  test('that is picked is asked about as well, and a choice between two others does not stay', async () => {
    const form = await formAfter('2027-10-31 02:30');
    await form.choose('Which 02:30?', labels.second);
    await form.pickDateTime('Date and time', first / 1_000 + 900);
    expect(form.text()).toContain('Which 02:45?');
    expect(await form.submit()).toEqual({ errors: { 'Which 02:45?': expect.stringMatching(/./) } });
    await form.choose('Which 02:45?', '02:45 +01:00, the second time');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await startsAt()).toBe(second + 900_000);
  });

  test('that is left for another time is asked about no more', async () => {
    const form = await formAfter('2027-10-31 02:30');
    await form.pickDateTime('Date and time', second / 1_000 + 3_600);
    expect(form.text()).not.toContain('Which');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await startsAt()).toBe(second + 3_600_000);
  });

  test('that was sent before the question could be drawn comes back with it, and nothing is written', async () => {
    const value = (id: string, chosen: object) => ({ [id]: { [id]: chosen } });
    const values = {
      ...value('selection', { selected_options: [{ value: 'shop@2' }] }),
      ...value('environment', { selected_option: { value: 'shop' } }),
      ...value('when', { selected_option: { value: 'at' } }),
      ...value('date_time', { selected_date_time: second / 1_000 }),
      ...value('reason', { value: 'sent at once' }),
    };
    const acks: unknown[] = [];
    await onFormSubmit({ app: bot.app, listCatalog: async () => [], log: pino({ level: 'silent' }) }, {
      body: { user: { id: 'U0ANA' }, trigger_id: 'early' },
      view: { id: 'V1', private_metadata: '', blocks: [], state: { values } },
      ack: async (answer: unknown) => void acks.push(answer),
      client: bot.connection.app.client,
    } as never);
    expect(acks).toMatchObject([{ response_action: 'update' }]);
    expect(JSON.stringify(acks)).toContain('Which 02:30?');
    expect(await startsAt()).toBeNull();
  });

  test('that does not exist is refused with the two nearest that do', async () => {
    const form = await formAfter('2027-03-28 02:30');
    expect(form.text()).toContain('28 Mar 2027 01:59 Europe/Madrid or 28 Mar 2027 03:00 Europe/Madrid');
  });
});
