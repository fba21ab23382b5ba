import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from 'vitest';

import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { type SpeakingBot, startSpeakingBot } from '../helpers/speaking-bot.ts';

const nasty = '<!channel> `down` *now*';
const asked: DeploymentEvent = {
  type: 'glass_asked',
  by: 'U0ANA',
  reason: nasty,
  persons: 2,
  lapsesAt: Date.parse('2026-11-17T10:00:00Z'),
};
const broken: DeploymentEvent = {
  type: 'glass_broken',
  by: 'U0BEN',
  people: ['U0ANA', 'U0BEN'],
  reason: nasty,
};
const hour: DeploymentEvent = { type: 'queued', behind: null };

let bot: SpeakingBot;
let directory: string;
async function start(adminChannel: string): Promise<void> {
  directory = mkdtempSync(join(tmpdir(), 'll-glass-'));
  bot = await startSpeakingBot({ file: join(directory, 'lamplighter.db'), adminChannel });
}
afterEach(async () => {
  await bot.close();
  removeLater(directory);
});
const notes = () =>
  bot.slack
    .channel('C0ADMIN')
    .messages()
    .flatMap(({ text }) => (text.includes('roken glass') ? [text] : []));

describe('broken glass', () => {
  test('is told in its channel and once to the administrators, and calls nobody by its reason', async () => {
    await start('C0ADMIN');
    const number = await bot.request('C0SHOP');
    await bot.happens(number, asked);
    await bot.happens(number, broken, hour);
    await bot.settles(number, 'waiting for the environment');
    await bot.slack.until(() => notes().length > 0);
    await bot.stop();
    await bot.start();
    await bot.happens(number, { type: 'glass_seen', by: 'U0CAT' });
    await bot.slack.until(() => JSON.stringify(bot.cards(number)).includes('Seen by <@U0CAT>'));
    expect(notes()).toEqual([
      `*Broken glass*: #${number} goes on in \`shop\` without its approvals, by <@U0ANA> and <@U0BEN>: \`‹!channel› 'down' *now*\`. It is told in <#C0SHOP>.`,
    ]);
    const [card] = bot.cards(number);
    const thread = card?.thread ?? [];
    expect(thread.filter(({ broadcast }) => broadcast).map(({ text }) => text.slice(0, 40))).toEqual([
      '*<@U0ANA> wants to break the glass*: `‹!',
      '*Broken glass* by <@U0ANA> and <@U0BEN>:',
    ]);
    expect(JSON.stringify([card, notes()])).not.toContain('<!channel>');
  });

  test('is told once where its channel is that of the administrators', async () => {
    await start('C0SHOP');
    const number = await bot.request('C0SHOP');
    await bot.happens(number, asked, broken, hour);
    await bot.settles(number, 'waiting for the environment');
    const texts = bot.slack.channel('C0SHOP').messages();
    expect(texts.filter(({ text }) => text.includes('goes on in `shop`'))).toEqual([]);
  });
});
