import { createHmac } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { signedRequest, type SignedRequest } from '../../src/sandbox/slack/request-url.ts';
import { type SlackApp, signingSecret, startSlackApp } from '../helpers/slack-app.ts';

let bot: SlackApp;
let clock = Date.now();
beforeAll(async () => {
  bot = await startSlackApp({ by: 'http', now: () => clock });
});
afterAll(async () => await bot.stop());
beforeEach(() => {
  clock = Date.now();
  bot.reached.length = 0;
});

const command = (text: string, trigger = 'trigger') => ({
  type: 'slash_commands' as const,
  payload: {
    command: '/deploy',
    text,
    user_id: 'U0ANA',
    channel_id: 'C0SHOP',
    team_id: 'T0LOCAL',
    trigger_id: trigger,
  },
});
const sign = (
  delivery: Parameters<typeof signedRequest>[1],
  { secret = signingSecret, at = Date.now() } = {},
) => signedRequest({ signingSecret: secret, now: () => at }, delivery);
/** Signs any body as Slack would sign it. */
const signRaw = (
  body: string,
  contentType = 'application/json',
  how: Parameters<typeof sign>[1] = {},
): SignedRequest => {
  const secret = how.secret ?? signingSecret;
  const at = how.at ?? Date.now();
  const timestamp = String(Math.floor(at / 1_000));
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': contentType,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${digest}`,
    },
  };
};
const send = async (request: RequestInit, path = ''): Promise<Response> =>
  await fetch(`${bot.url}${path}`, request);
const without = (request: SignedRequest, header: string): SignedRequest => ({
  ...request,
  headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => name !== header)),
});
const withHeaders = (request: SignedRequest, headers: Record<string, string>): SignedRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
});

/** Bodies no parser gets through: whoever parses before it verifies answers 400 or 500 to them. */
const unparseable = [
  ['JSON', signRaw('{"type": ', 'application/json', { secret: 'another' })],
  ['a form', signRaw('payload=%7Bnot+json', 'application/x-www-form-urlencoded', { secret: 'another' })],
  ['another content type', signRaw('<xml', 'application/xml', { secret: 'another' })],
] as const;

describe('a request that does not count as sent by Slack', () => {
  const good = sign(command('help'));
  test.each([
    ['forged with another secret', sign(command('help'), { secret: 'another' })],
    ['tampered with', { ...good, body: good.body.replace('help', 'list') }],
    ['without a signature', without(good, 'x-slack-signature')],
    ['without a time stamp', without(good, 'x-slack-request-timestamp')],
    ['signed in another way', withHeaders(good, { 'x-slack-signature': `v1=${'0'.repeat(64)}` })],
    ['with half a signature', withHeaders(good, { 'x-slack-signature': 'v0=ab' })],
    ['with a time stamp that is no number', withHeaders(good, { 'x-slack-request-timestamp': '1e9' })],
    ['with the time stamp of another', withHeaders(good, { 'x-slack-request-timestamp': '1600000000' })],
    ['sent more than 5 minutes ago', sign(command('help'), { at: Date.now() - 310_000 })],
    ['sent more than 5 minutes in the future', sign(command('help'), { at: Date.now() + 310_000 })],
    ['sent an hour in the future', sign(command('help'), { at: Date.now() + 3_600_000 })],
  ] as [string, SignedRequest][])('%s is refused with 401 and reaches nothing', async (_, request) => {
    const response = await send(request);
    expect([response.status, await response.text(), bot.reached]).toEqual([401, '', []]);
  });

  test.each(unparseable)('is refused before anything is parsed: %s', async (_, request) => {
    expect((await send(request)).status).toBe(401);
  });

  test('is named in the log with its reason, once an hour and never with its body', async () => {
    const request = sign(command('canary-4711'), { secret: 'another' });
    for (let count = 0; count < 3; count += 1) await send(request);
    const lines = bot.log().filter(({ doubt }) => String(doubt).includes('SLACK_SIGNING_SECRET'));
    expect(lines.map(({ msg }) => msg)).toEqual([
      'a request at /slack/events was refused: it does not count as sent by Slack',
    ]);
    expect(JSON.stringify(bot.log())).not.toMatch(/canary-4711|8f742231/);
  });
});

describe('a request of Slack', () => {
  test.each([-290_000, 0, 290_000])(
    'counts up to 5 minutes before and after the clock (%i ms)',
    async (ms) => {
      const response = await send(sign(command('help', `at ${ms}`), { at: clock + ms }));
      expect(response.status).toBe(200);
      expect(bot.reached).toEqual(['command']);
    },
  );

  test.each(['application/json; charset=utf-8', 'application/json;charset=UTF-8', 'Application/JSON'])(
    'may say that it is UTF-8, as some proxies do: %s',
    async (contentType) => {
      const response = await send(signRaw('{"type":"url_verification","challenge":"c1"}', contentType));
      expect([response.status, await response.json()]).toEqual([200, { challenge: 'c1' }]);
    },
  );

  test.each([
    ['text/plain', 415],
    ['application/json; charset=utf-16', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/json', 400],
    ['application/x-www-form-urlencoded', 400],
  ])('that is signed and still no %s is answered with one sentence', async (contentType, status) => {
    const response = await send(signRaw(`payload={${contentType}`, contentType));
    expect([response.status, bot.reached]).toEqual([status, []]);
    expect(await response.text()).toMatch(/^[A-Z][^.]+\.$/);
  });

  test.each(['null', '[]', '"text"', '7'])(
    'that is signed JSON but no object is answered: %s',
    async (body) => {
      expect((await send(signRaw(body))).status).toBe(400);
    },
  );

  test('that is too long is refused with 413, whoever signed it', async () => {
    const body = JSON.stringify({ type: 'x', text: 'a'.repeat(5_000_000) });
    const statuses = [signRaw(body), signRaw(body, 'application/json', { secret: 'another' })].map(
      async (request) => (await send(request)).status,
    );
    expect(await Promise.all(statuses)).toEqual([413, 413]);
    expect(bot.reached).toEqual([]);
  });

  test('with a whole view of 250 kB in a form is not too long', async () => {
    const view = { type: 'modal', callback_id: 'x', blocks: [], private_metadata: '"'.repeat(120_000) };
    const payload = { type: 'view_closed', user: { id: 'U0ANA' }, team: { id: 'T0LOCAL' }, view };
    expect((await send(sign({ type: 'interactive', payload }))).status).toBe(200);
  });

  test('goes to POST /slack/events and nowhere else', async () => {
    const request = sign(command('help'));
    const elsewhere = await fetch(new URL('/slack/else', bot.url), request);
    const fetched = await fetch(bot.url);
    expect([elsewhere.status, fetched.status, fetched.headers.get('allow')]).toEqual([404, 405, 'POST']);
    expect(bot.reached).toEqual([]);
  });

  test('that only looks at the certificate is answered unsigned, and what was smuggled into it is not read', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const press = { type: 'block_actions', user: { id: 'U0BEN' }, team: { id: 'T0LOCAL' }, actions: [{}] };
    const smuggled = { ssl_check: '1', payload: JSON.stringify(press) };
    const payload = new URLSearchParams(smuggled).toString();
    const response = await send({ method: 'POST', headers: form, body: payload });
    expect([response.status, bot.reached]).toEqual([200, []]);
  });

  test('that asks for the challenge is answered only when it is signed', async () => {
    const challenge = { type: 'events_api' as const, payload: { type: 'url_verification', challenge: 'c2' } };
    const answered = await send(sign(challenge));
    expect(await answered.json()).toEqual({ challenge: 'c2' });
    expect((await send(without(sign(challenge), 'x-slack-signature'))).status).toBe(401);
  });

  test('that comes again with the same signature gets the same answer, and nothing is done a second time', async () => {
    const request = sign(command('list', 'replayed'));
    const answers = await Promise.all([send(request), send(request)]);
    answers.push(await send(request));
    const bodies = await Promise.all(answers.map(async (response) => await response.text()));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(bodies).size).toBe(1);
    expect(bot.reached).toEqual(['command']);
  });
});
