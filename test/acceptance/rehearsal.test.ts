import { afterAll, beforeAll, expect, test } from 'vitest';

import { setStage, type Stage } from '../helpers/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({
    clusters: [
      { name: 'north', servers: ['web-1'] },
      { name: 'south', servers: ['web-2'] },
    ],
    onThisMachine: true,
    files: { 'preflight.sh': '[ "$LAMPLIGHTER_SERVER" = web-1 ] || { echo disk 97 %; exit 1; }\n' },
    configure: (yaml) =>
      yaml
        .replace(/^( +)approval:/m, '$1rehearsal: { minutesBefore: [4320] }\n$1approval:')
        .replace(/^( +)- \{ id: save/m, '$1- { id: preflight, run: "sh ./preflight.sh", kind: verify }\n$&'),
  });
  await stage.startBot();
});
afterAll(async () => await stage.close());

const thread = () =>
  stage
    .card()
    .thread.map(({ text }) => text)
    .join('\n');

test('what a runbook looks at first is known to the thread days before the hour, with a way to leave it out', async () => {
  const ana = stage.slack.person('U0ANA');
  await ana.types('/deploy shop@2 to shop-production tomorrow 21:00', { channel: 'C0SHOP' });
  const form = await ana.modal();
  await form.type('Reason', 'the new front page');
  await form.submit();
  await stage.cardSays('waiting for approval');
  await stage.slack.until(() => thread().includes('1 of 2 ready'), 40_000);
  expect(thread()).toContain('*Rehearsal*: 1 of 2 ready: web-2: disk 97 % (step preflight).');
  const line = stage.card().thread.find(({ text }) => text.includes('1 of 2 ready'));
  if (!line) throw new Error('no line');
  await ana.press(line, 'Exclude web-2');
  await stage.slack.until(() => thread().includes('excludes *web-2*'), 20_000);
  expect(thread()).toContain('disk 97 % (step preflight)');
});
