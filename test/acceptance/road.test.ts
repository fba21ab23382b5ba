import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from 'vitest';

import { findHaproxy } from '../../src/sandbox/fleet/haproxy.ts';
import { startLoad } from '../../src/sandbox/fleet/start-load.ts';
import { hasSshd } from '../helpers/sshd.ts';
import { setStage, type Stage, type StageOptions } from '../helpers/stage.ts';

const channel = 'C0SHOP';
const twoClusters = [
  { name: 'north', servers: ['web-1', 'web-2'] },
  { name: 'south', servers: ['web-3', 'web-4'] },
];
const present = hasSshd() && findHaproxy() !== null;
if (process.env['CI'] === 'true' && !present)
  throw new Error('haproxy is not installed, and with CI=true nothing is skipped');

let stage: Stage;
const set = async (options: Partial<StageOptions> = {}): Promise<Stage> => {
  stage = await setStage({ clusters: twoClusters, ...options });
  await stage.startBot();
  return stage;
};

/** Ana fills in the form for shop@2 and sends it. */
async function anaRequests(reason = 'the new front page'): Promise<void> {
  const ana = stage.slack.person('U0ANA');
  await ana.types('/deploy shop@2 to shop-production', { channel });
  const form = await ana.modal();
  await form.type('Reason', reason);
  expect(await form.submit()).toEqual({ closed: true });
  await stage.cardSays('waiting for approval');
}

const benApproves = async () => await stage.slack.person('U0BEN').press(stage.card(), 'Approve');
const threadText = (): string =>
  stage
    .card()
    .thread.map(({ text }) => text)
    .join('\n');
const revisions = async () =>
  Object.fromEntries((await stage.fleet.status()).map(({ name, revision }) => [name, revision]));
const balancers = async () =>
  Object.fromEntries((await stage.fleet.status()).map(({ name, balancer }) => [name, balancer]));

describe.skipIf(!present)(
  'the road, on real sshd servers behind real HAProxy (needs openssh-server and haproxy)',
  () => {
    afterEach(async () => {
      if (stage.slack.calls().length === 0) console.error(stage.botLog());
      await stage.close();
    });

    test('from /deploy to the last server put back: half by half under load, and no request is lost', async () => {
      const { slack, fleet } = await set();
      const ana = slack.person('U0ANA');
      const load = startLoad({ url: fleet.url, requestsPerSecond: 100 });

      await ana.types('/deploy', { channel: 'C0TALK' });
      const form = await ana.modal();
      expect(form.title).toBe('Deploy');
      expect(form.submitLabel).toBe('Deploy now');
      expect(await form.search('Revisions or package', 'sho')).toEqual(['shop@3', 'shop@2', 'shop@1']);
      await form.choose('Revisions or package', 'shop@2');
      await form.choose('Environment', 'shop-production');
      await slack.until(() =>
        form.text().includes('1. north (web-1, web-2), 1 of 2 clusters stays in service'),
      );
      expect(await form.submit()).toEqual({ errors: { Reason: expect.stringMatching(/./) } });
      await form.type('Reason', 'the new front page');
      expect(await form.submit()).toEqual({ closed: true });
      await stage.cardSays('waiting for approval');
      expect(stage.card().text).toMatch(/^#1 shop@2 → shop-production: waiting for approval, 0 of 4 servers/);

      await ana.press(stage.card(), 'Approve');
      await slack.until(() => ana.ephemerals().some(({ text }) => text.includes('You requested #1')));
      expect(stage.card().text).toContain('waiting for approval');

      await benApproves();
      await stage.cardSays('done, 4 of 4 servers');
      expect(await revisions()).toEqual({
        'web-1': 'shop@2',
        'web-2': 'shop@2',
        'web-3': 'shop@2',
        'web-4': 'shop@2',
      });
      expect(await balancers()).toEqual({ 'web-1': 'UP', 'web-2': 'UP', 'web-3': 'UP', 'web-4': 'UP' });
      await slack.until(() => threadText().includes('Attempt 1 in'), 30_000);
      expect(threadText()).toMatch(
        /web-1\*.*web-2\* (is|are) done in .*north is back in service.*web-3\*.*web-4\* (is|are) done.*south is back in service/s,
      );

      const { sent, failures, byRevision } = await load.stop();
      expect(failures).toEqual([]);
      expect(sent).toBeGreaterThan(50);
      expect(Object.keys(byRevision).toSorted()).toEqual(['shop@1', 'shop@2']);
    });

    test('a server that really fails stops it there and is held; the retry deploys exactly the rest', async () => {
      const { slack, fleet } = await set();
      const load = startLoad({ url: fleet.url, requestsPerSecond: 100 });
      await anaRequests();
      fleet.breakNext('web-3');
      await benApproves();
      await stage.cardSays('part of it is done');
      expect(stage.card().text).toContain('2 of 4 servers');
      expect(await revisions()).toEqual({
        'web-1': 'shop@2',
        'web-2': 'shop@2',
        'web-3': 'shop@1',
        'web-4': 'shop@1',
      });
      expect(await balancers()).toMatchObject({ 'web-1': 'UP', 'web-3': 'DRAIN', 'web-4': 'DRAIN' });
      await slack.until(() => threadText().includes('south* is held'), 30_000);
      expect(JSON.stringify(stage.card().thread)).toContain('No space left on device');
      await slack.until(() => stage.card().thread.some(({ broadcast }) => broadcast), 30_000);

      await slack.person('U0CAT').press(stage.card(), 'Deploy the remaining 2');
      await slack.until(() =>
        slack
          .person('U0CAT')
          .ephemerals()
          .some(({ text }) => text.includes('You may not deploy')),
      );
      await slack.person('U0ANA').press(stage.card(), 'Deploy the remaining 2');
      await stage.cardSays('done, 4 of 4 servers');
      expect(await revisions()).toMatchObject({ 'web-3': 'shop@2', 'web-4': 'shop@2' });
      expect(await balancers()).toMatchObject({ 'web-3': 'UP', 'web-4': 'UP' });
      expect((await load.stop()).failures).toEqual([]);
    });

    test('a deployment for an hour waits for it and begins by itself, also when the bot was restarted meanwhile', async () => {
      const { slack } = await set();
      const ana = slack.person('U0ANA');
      await ana.types('/deploy shop@2 to shop-production', { channel });
      const form = await ana.modal();
      await form.choose('When', 'At a date and time');
      expect(form.submitLabel).toBe('Schedule');
      await form.pickDateTime('Date and time', Math.floor(Date.now() / 1_000) - 60);
      await form.type('Reason', 'tonight');
      expect(await form.submit()).toEqual({
        errors: { 'Date and time': expect.stringContaining('has passed') },
      });
      const startsAt = Math.floor(Date.now() / 1_000) + 8;
      await form.pickDateTime('Date and time', startsAt);
      expect(await form.submit()).toEqual({ closed: true });
      await stage.cardSays('waiting for approval');
      await benApproves();
      await stage.cardSays('scheduled');
      await stage.killBot();
      await stage.startBot();
      await stage.cardSays('done, 4 of 4 servers');
      expect(Date.now()).toBeGreaterThanOrEqual(startsAt * 1_000);
    });

    test('what Slack delivers three times happens once, also over a refresh and dropped sockets', async () => {
      const { slack } = await set();
      const ana = slack.person('U0ANA');
      await ana.types('/deploy shop@2 to shop-production', { channel });
      const form = await ana.modal();
      await form.type('Reason', 'three times');
      slack.redeliverNext(3);
      await form.submit();
      await stage.cardSays('waiting for approval');
      slack.refresh();
      slack.redeliverNext(3);
      await benApproves();
      await stage.cardSays('done, 4 of 4 servers');
      expect(slack.channel(channel).messages()).toHaveLength(1);
      await slack.until(() => threadText().includes('Attempt 1 in'), 30_000);
      expect(threadText().match(/Approved by/g)).toHaveLength(1);
      slack.dropSockets();
      await slack.until(() => slack.connections() === 2, 30_000);
      let answer = await ana.types('/deploy list', { channel });
      for (let tries = 0; !answer.acknowledged && tries < 5; tries += 1)
        answer = await ana.types('/deploy list', { channel });
      expect(JSON.stringify(answer.blocks).match(/shop@2/g)).toHaveLength(1);
    });

    test('a reply of Slack that is lost, an error and a rate limit make no message stand twice or be missing', async () => {
      const { slack } = await set();
      slack.fail({ method: 'chat.postMessage', times: 2, how: 'drop-reply' });
      await anaRequests();
      slack.fail({ method: 'chat.postMessage', times: 1, how: 'drop-reply' });
      slack.fail({ method: 'chat.update', times: 2, how: '500' });
      slack.fail({ method: 'chat.postMessage', times: 1, how: 'ratelimited', retryAfter: 2 });
      await benApproves();
      await stage.cardSays('done, 4 of 4 servers');
      await slack.until(() => threadText().includes('Attempt 1 in'), 40_000);
      expect(slack.channel(channel).messages()).toHaveLength(1);
      const keys = stage.card().thread.map(({ metadata }) => JSON.stringify(metadata));
      expect(new Set(keys).size).toBe(keys.length);
      const versions = keys.map((key) => Number(/thread:1:(\d+)/.exec(key)?.[1]));
      expect(versions).toEqual(versions.toSorted((left, right) => left - right));
    });

    test('list, show, cancel and help answer the person alone, and a rejection needs a reason', async () => {
      const { slack } = await set();
      const ana = slack.person('U0ANA');
      const ben = slack.person('U0BEN');
      await anaRequests();
      expect(JSON.stringify((await ana.types('/deploy list', { channel })).blocks)).toContain(
        'shop@2 → shop-production',
      );
      expect(JSON.stringify((await ana.types('/deploy show 1', { channel })).blocks)).toContain(
        'the new front page',
      );
      expect((await ana.types('/deploy help', { channel })).text).toContain('`cancel N`');
      expect((await ana.types('/deploy cancle 1', { channel })).text).toContain('/deploy cancel 1');
      expect((await ana.types('/deploy show 99', { channel })).text).toContain('There is no deployment #99');
      await ben.press(stage.card(), 'Reject');
      const form = await ben.modal();
      await form.type('Reason', 'not today');
      expect(await form.submit()).toEqual({ closed: true });
      await stage.cardSays('rejected');
      expect((await ana.types('/deploy cancel 1', { channel })).text).toContain(
        'already rejected by <@U0BEN>',
      );
    });

    test('what is wrong stands under its field, nothing typed is lost, and no text of people pings anybody', async () => {
      const { slack } = await set();
      const ana = slack.person('U0ANA');
      await ana.types('/deploy shpo@2 to <!channel> whenever', { channel });
      const wrong = await ana.modal();
      expect(wrong.text()).toContain('is no time I understand');
      await wrong.dismiss();
      await slack.person('U0GUEST').types('/deploy shop@2 to shop-production', { channel });
      const guest = await slack.person('U0GUEST').modal();
      expect(guest.text()).toContain('Guests may not request');
      expect(guest.submitLabel).toBe('');
      const reason = `<!channel> <@U0BEN> \`x\` *y*\n@here ${'é'.repeat(2_950)}`;
      await anaRequests(reason);
      expect(stage.card().pings.filter((ping) => !ping.includes('U0ANA'))).toEqual([]);
      expect(
        stage
          .card()
          .thread.flatMap(({ pings }) => pings)
          .filter((ping) => !ping.includes('U0ANA')),
      ).toEqual([]);
      await slack.until(() => JSON.stringify(stage.card().thread).includes('é'.repeat(2_900)), 20_000);
      // A form may be closed while what its servers say is on its way into it.
      const late = ['not_found', 'hash_conflict'];
      const refused = slack.calls().filter(({ ok, error }) => !ok && !late.includes(error ?? ''));
      expect(refused).toEqual([]);
    });
  },
);

describe.skipIf(!present)('servers that are not as they should be (needs openssh-server and haproxy)', () => {
  afterEach(async () => await stage.close());

  test('an unreachable server, or one with another host key, is never drained, and is offered nothing', async () => {
    await set({
      configure: (yaml, { sshds }) =>
        yaml.replace(sshds.get('web-2')?.hostKey ?? '', sshds.get('web-1')?.hostKey ?? ''),
    });
    await anaRequests();
    await benApproves();
    await stage.cardSays('failed');
    await stage.slack.until(() => threadText().includes('shows host key'), 30_000);
    expect(threadText()).toContain('nothing was offered to it');
    expect(stage.sshds.get('web-2')?.log()).not.toMatch(/userauth-request|Accepted/);
    expect(await balancers()).toEqual({ 'web-1': 'UP', 'web-2': 'UP', 'web-3': 'UP', 'web-4': 'UP' });
    await stage.sshds.get('web-1')?.stop();
    await stage.slack.person('U0ANA').press(stage.card(), 'Deploy the remaining 4');
    await stage.slack.until(() => threadText().includes('cannot be reached: ECONNREFUSED'), 30_000);
    expect(await balancers()).toEqual({ 'web-1': 'UP', 'web-2': 'UP', 'web-3': 'UP', 'web-4': 'UP' });
  });

  test('a step that hangs and forks is ended at its timeout, and one that prints 100 MB does no harm', async () => {
    const hanging = 'trap "" TERM\n(trap "" TERM; sleep 100) &\necho hanging\nsleep 100\n';
    await set({
      clusters: twoClusters,
      files: {
        'install.sh': `[ "$LAMPLIGHTER_SERVER" = web-3 ] || { head -c 100000000 /dev/zero | tr '\\0' x; echo; echo printed; }\n[ "$LAMPLIGHTER_SERVER" != web-3 ] || { ${hanging} }\n`,
      },
      configure: (yaml) =>
        yaml
          .replace(
            'run: "sh ./install.sh", kind: apply',
            'run: "sh ./install.sh", kind: apply, timeoutMinutes: 0.05',
          )
          .replace(/ +- \{ id: (restart|verify).*\n/g, '')
          .replace(/ +readBack:.*\n/, ''),
    });
    await anaRequests();
    await benApproves();
    await stage.cardSays('2 of 4 servers', 60_000);
    await stage.cardSays('part of it is done');
    await stage.slack.until(() => threadText().includes('did not finish in 3 s and was ended'), 30_000);
    expect((await fetch(`${stage.healthUrl()}/healthz`)).status).toBe(200);
    expect((await fetch(`${stage.healthUrl()}/readyz`)).status).toBe(200);
  });

  test('SIGTERM ends the process within ten seconds, and the next one goes on where it was', async () => {
    await set({ files: { 'install.sh': readFileSync('test/fixtures/slow-install.sh', 'utf8') } });
    await anaRequests();
    await benApproves();
    await stage.cardSays('running');
    const before = Date.now();
    expect(await stage.stopBot()).toBe(0);
    expect(Date.now() - before).toBeLessThan(10_000);
    await stage.startBot();
    await stage.cardSays('done, 4 of 4 servers');
    for (const { name } of stage.fleet.servers)
      expect(readFileSync(join(stage.fleet.directory, name, 'installs'), 'utf8')).toBe('shop@2\n');
  });
});
