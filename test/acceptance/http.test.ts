import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findHaproxy } from '../../src/sandbox/fleet/haproxy.ts';
import { hasSshd } from '../helpers/sshd.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

const channel = 'C0SHOP';
const clusters = [
  { name: 'north', servers: ['web-1'] },
  { name: 'south', servers: ['web-2'] },
];
const present = hasSshd() && findHaproxy() !== null;
if (process.env['CI'] === 'true' && !present)
  throw new Error('openssh-server or haproxy is not installed, and with CI=true nothing is skipped');

describe.skipIf(!present)('HTTP mode, as Slack delivers it (needs openssh-server and haproxy)', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({ by: 'http', clusters });
    await stage.startBot();
  });
  afterAll(async () => await stage.close());

  test('a deployment is typed, planned, sent, approved and done, with no websocket and no scope beyond the manifest', async () => {
    const { slack } = stage;
    const ana = slack.person('U0ANA');
    expect((await fetch(`${stage.healthUrl()}/readyz`)).status).toBe(200);

    await ana.types('/deploy', { channel: 'C0TALK' });
    const form = await ana.modal();
    expect(await form.search('Revisions or package', 'sho')).toEqual(['shop@3', 'shop@2', 'shop@1']);
    await form.choose('Revisions or package', 'shop@2');
    await form.choose('Environment', 'shop-production');
    await slack.until(() => form.text().includes('*Plan*'), 20_000);
    expect(await form.submit()).toEqual({ errors: { Reason: expect.stringMatching(/./) } });
    await form.type('Reason', 'over HTTP');
    expect(await form.submit()).toEqual({ closed: true });
    await stage.cardSays('waiting for approval');

    slack.redeliverNext(3);
    await slack.person('U0BEN').press(stage.card(), 'Approve');
    await stage.cardSays('done, 2 of 2 servers');
    const told = () =>
      stage
        .card()
        .thread.map(({ text }) => text)
        .join('\n');
    await slack.until(() => told().includes('Attempt 1 in'), 30_000);
    expect(told().match(/Approved by/g)).toHaveLength(1);
    expect(slack.connections()).toBe(0);
    expect(slack.calls().filter(({ error }) => error === 'missing_scope')).toEqual([]);
  });

  test('a forged request changes nothing, and a signed one that is sent again is answered as before', async () => {
    const payload = {
      command: '/deploy',
      text: 'list',
      user_id: 'U0ANA',
      channel_id: channel,
      trigger_id: 'r.1',
    };
    const request = stage.slack.sign({ type: 'slash_commands', payload });
    const forged = { ...request, body: request.body.replace('list', 'cancel+1') };
    const statuses = [await fetch(stage.slackUrl(), forged), await fetch(stage.slackUrl(), request)];
    const again = await fetch(stage.slackUrl(), request);
    expect(statuses.map(({ status }) => status)).toEqual([401, 200]);
    expect([again.status, await again.text()]).toEqual([200, await statuses[1]?.text()]);
    expect(stage.card().text).toContain('done, 2 of 2 servers');
  });

  test('SIGTERM ends it with exit code 0, and its secret is in no log', async () => {
    expect(await stage.stopBot()).toBe(0);
    await expect(fetch(stage.slackUrl())).rejects.toThrow('fetch failed');
    expect(stage.botLog()).not.toContain('secret-stage');
  });
});
