import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startDeployment } from '../../src/app/start-deployment.ts';
import { askBot } from '../../src/cli/ask-bot.ts';
import { createAnswerer } from '../../src/control/answer.ts';
import type { ControlCommand, ControlRequest } from '../../src/control/protocol.ts';
import { socketFileOf } from '../../src/control/socket-file.ts';
import { type Control, startControl } from '../../src/control/start-control.ts';
import type { Store } from '../../src/store/store.ts';
import { StoreUnavailable } from '../../src/store/unavailable.ts';
import { startApp, type TestApp } from '../helpers/app.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildCluster, buildEnvironment } from '../helpers/build.ts';
import { removeLater } from '../helpers/remove-later.ts';

let directory: string;
let socketFile: string;
let app: TestApp;
let errors: string[];
let started: Control[];
let servers: Server[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'll-control-'));
  socketFile = join(directory, 'lamplighter.db.sock');
  app = await startApp([buildEnvironment()]);
  [errors, started, servers] = [[], [], []];
});
afterEach(async () => {
  for (const control of started) await control.stop();
  for (const server of servers) server.close();
  await app.store.close();
  removeLater(directory);
});

const start = async (file = socketFile): Promise<Control> => {
  const log = {
    info: () => undefined,
    error: (...words: unknown[]) => void errors.push(words.map(String).join(' ')),
  };
  const control = await startControl(file, { app, log });
  started.push(control);
  return control;
};

let keys = 0;
const requestOf = (command: ControlCommand): ControlRequest => ({
  v: 1,
  key: `test-key-${(keys += 1)}`,
  command,
});
const ask = async (command: ControlCommand) => await askBot(socketFile, requestOf(command));
const lock: ControlCommand = { do: 'lock', as: 'U0BEN', environment: 'shop', reason: 'the database moves' };
const deploy: ControlCommand = {
  do: 'request',
  as: 'U0ANA',
  environment: 'shop',
  selection: ['shop@2'],
  servers: null,
  at: null,
  reason: 'a new page',
  acceptWarnings: false,
};

/** Says one raw line and answers what comes back. */
const say = async (text: string): Promise<string> =>
  await new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(socketFile, () => socket.write(text));
    socket.on('data', (chunk) => (heard += chunk.toString('utf8')));
    socket.on('close', () => resolve(heard));
    socket.on('error', reject);
  });

/** A socket whose process died without removing it. */
const leaveStaleSocket = async (): Promise<void> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(directory, 'short'), resolve));
  renameSync(join(directory, 'short'), socketFile);
  await new Promise((resolve) => server.close(resolve));
  expect(existsSync(socketFile)).toBe(true);
};

describe('the control socket', () => {
  test('can be opened by its owner alone from its first instant, whatever the umask is', async () => {
    chmodSync(directory, 0o755);
    const before = process.umask(0);
    try {
      const starting = start();
      const modes: number[] = [];
      while (!existsSync(socketFile)) await Promise.resolve();
      modes.push(statSync(socketFile).mode & 0o777);
      await starting;
      modes.push(statSync(socketFile).mode & 0o777);
      expect(modes).toEqual([0o600, 0o600]);
      expect(process.umask()).toBe(0);
    } finally {
      process.umask(before);
    }
  });

  test('is removed at the stop, after the answer that is under way', async () => {
    const control = await start();
    let letGo = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (letGo = resolve));
    const { findPerson } = app;
    const asked = new Promise<void>((resolve) => {
      app.findPerson = async (id) => {
        resolve();
        await waiting;
        return await findPerson(id);
      };
    });
    const answer = ask(lock);
    await asked;
    const stopped = control.stop();
    letGo();
    expect((await answer).code).toBe(0);
    await stopped;
    expect(existsSync(socketFile)).toBe(false);
  });

  test('of a dead process is replaced', async () => {
    await leaveStaleSocket();
    await start();
    expect(errors).toEqual([]);
    expect((await ask({ do: 'list' })).code).toBe(0);
  });

  test('of a living process is left to it, and the bot goes on without', async () => {
    const other = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end('{"code":0,"text":"mine","value":null}\n');
    });
    servers.push(other);
    await new Promise<void>((resolve) => other.listen(socketFile, resolve));
    const control = await start();
    expect(errors.join()).toMatch(/cannot be heard: another process listens on .*lamplighter\.db\.sock/);
    expect((await ask({ do: 'list' })).text).toBe('mine');
    await control.stop();
    expect((await ask({ do: 'list' })).text).toBe('mine');
  });

  test('never takes the place of a file that is no socket', async () => {
    writeFileSync(socketFile, 'precious');
    await start();
    expect(errors.join()).toMatch(/is no socket and was left as it is/);
    expect(statSync(socketFile).isFile()).toBe(true);
  });

  test('whose path is too long is named with its length, to the bot and to whoever asks', async () => {
    const long = join(directory, 'x'.repeat(100), 'lamplighter.db.sock');
    mkdirSync(join(directory, 'x'.repeat(100)));
    await start(long);
    const bytes = Buffer.byteLength(long);
    expect(errors.join()).toContain(`has ${bytes} bytes, and 107 fit`);
    const answer = await askBot(long, requestOf({ do: 'list' }));
    expect(answer).toMatchObject({
      code: 1,
      text: expect.stringContaining(`has ${bytes} bytes, and 107 fit`),
    });
  });

  test('of a path that just fits is heard', async () => {
    socketFile = join(directory, 'x'.repeat(107 - Buffer.byteLength(directory) - 1));
    await start();
    expect(errors).toEqual([]);
    expect((await ask({ do: 'list' })).code).toBe(0);
  });

  test('is one for every name of a database', () => {
    writeFileSync(join(directory, 'real.db'), '');
    symlinkSync(join(directory, 'real.db'), join(directory, 'other.db'));
    expect(socketFileOf(join(directory, 'other.db'))).toBe(join(directory, 'real.db.sock'));
  });
});

describe('what is said on it', () => {
  test.each([
    ['no JSON', 'hello\n', /did not understand/],
    [
      'another version',
      '{"v":2,"key":"12345678","command":{"do":"list"}}\n',
      /speaks version 1 .* asked in version 2/,
    ],
    [
      'an unknown command',
      '{"v":1,"key":"12345678","command":{"do":"approve","number":1}}\n',
      /did not understand/,
    ],
    ['no person', '{"v":1,"key":"12345678","command":{"do":"cancel","number":1}}\n', /did not understand/],
    ['too much', 'x'.repeat(70_000), /at most 65536 bytes/],
  ])('%s is answered with one sentence', async (_name, line, sentence) => {
    await start();
    const answer = JSON.parse(await say(line)) as { code: number; text: string };
    expect(answer.code).toBe(1);
    expect(answer.text).toMatch(sentence);
    expect((await ask({ do: 'list' })).code).toBe(0);
  });

  test('asked twice with one key, at once or later, is done once and answered the same', async () => {
    await start();
    const request = requestOf(deploy);
    const both = await Promise.all([askBot(socketFile, request), askBot(socketFile, request)]);
    const later = await askBot(socketFile, request);
    expect(both[0]).toMatchObject({ code: 0, value: { number: 1 } });
    expect([both[1], later]).toEqual([both[0], both[0]]);
    expect(await app.store.list({ limit: 10 })).toHaveLength(1);
    const cancel = requestOf({ do: 'cancel', as: 'U0ANA', number: 1 });
    const answer = createAnswerer({ app, log: { error: () => undefined } });
    const cancelled = await Promise.all([answer(cancel), answer(cancel)]);
    expect(cancelled.map(({ code }) => code)).toEqual([0, 0]);
  });

  test('is asked again with the same key when the connection breaks before the answer', async () => {
    const keysHeard: string[] = [];
    const flaky = createServer((socket) => {
      socket.on('data', (chunk: Buffer) => {
        keysHeard.push((JSON.parse(chunk.toString('utf8')) as ControlRequest).key);
        if (keysHeard.length === 1) socket.destroy();
        else socket.end('{"code":0,"text":"done","value":null}\n');
      });
    });
    servers.push(flaky);
    await new Promise<void>((resolve) => flaky.listen(socketFile, resolve));
    const request = requestOf(lock);
    expect((await askBot(socketFile, request)).text).toBe('done');
    expect(keysHeard).toEqual([request.key, request.key]);
  });

  test('and never answered is said to be unknown, not failed', async () => {
    const mute = createServer((socket) => socket.destroy());
    servers.push(mute);
    await new Promise<void>((resolve) => mute.listen(socketFile, resolve));
    const answer = await ask(lock);
    expect(answer).toMatchObject({ code: 1, text: expect.stringContaining('nobody can say here whether') });
  });

  test('fails with a sentence where the product fails, and the log says why', async () => {
    await start();
    app.store.list = async () => await Promise.reject(new Error('the disk is full'));
    expect(await ask({ do: 'list' })).toMatchObject({
      code: 1,
      text: expect.stringContaining('its log says why'),
    });
    expect(errors.join()).toContain('a request of the command line failed');
  });
});

describe('what is answered', () => {
  test('decides with the roles of the person named: guests and strangers to the role are refused', async () => {
    await start();
    app.world.standing.set('U0ANA', 'guest');
    expect(await ask(deploy)).toMatchObject({ code: 1, text: expect.stringContaining('Guests may not') });
    expect(await ask({ ...deploy, as: 'U0NOBODY' })).toMatchObject({
      code: 1,
      text: expect.stringContaining('D-19'),
    });
    expect(await app.store.list({ limit: 10 })).toEqual([]);
  });

  test('reads a time without an offset in the zone of the environment', async () => {
    await start();
    app.world.configuration.environments = [buildEnvironment({ timezone: 'America/New_York' })];
    const answer = await ask({ ...deploy, at: '2026-11-20T21:00' });
    expect(answer).toMatchObject({ code: 0, value: { startsAt: '2026-11-21T02:00:00.000Z' } });
    expect(answer.text).toContain('20 Nov 2026 21:00 America/New_York');
    const [first] = await app.store.eventsAfter(1, 0);
    expect(first?.event).toMatchObject({ typed: '2026-11-20T21:00', zone: 'America/New_York' });
  });

  test.each([
    [
      '2036-03-30T02:30',
      1,
      /does not exist in Europe\/Madrid: the clocks jump over it.* 30 Mar 2036 01:59 .* or 30 Mar 2036 03:00/,
    ],
    [
      '2036-10-26T02:30',
      1,
      /comes twice in Europe\/Madrid.*2036-10-26T02:30\+02:00 or 2036-10-26T02:30\+01:00/,
    ],
    ['next week', 2, /next week is no time I understand/],
    ['2026-11-16T10:00:00+01:00', 1, /has passed/],
  ])('refuses the time %s', async (at, code, sentence) => {
    await start();
    const answer = await ask({ ...deploy, at });
    expect(answer.code).toBe(code);
    expect(answer.text).toMatch(sentence);
  });

  test('takes an ISO time with seconds and an offset as the instant it is', async () => {
    await start();
    const answer = await ask({ ...deploy, at: '2026-11-20T21:00:30+05:00' });
    expect(answer).toMatchObject({ code: 0, value: { startsAt: '2026-11-20T16:00:30.000Z' } });
  });

  test('needs the warnings accepted, all together', async () => {
    await start();
    app.world.configuration.environments = [buildEnvironment({ paradigm: 'simple' })];
    const refused = await ask(deploy);
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('(warnings)') });
    expect((await ask({ ...deploy, acceptWarnings: true })).code).toBe(0);
    const [first] = await app.store.eventsAfter(1, 0);
    expect(first?.event).toMatchObject({ acceptedWarnings: 1 });
  });

  test('says who acted by which way, everywhere', async () => {
    await start();
    const { findPerson } = app;
    app.findPerson = async (id) => ({ ...(await findPerson(id)), name: id.slice(2).toLowerCase() });
    await ask(deploy);
    await ask({ do: 'cancel', as: 'U0BEN', number: 1 });
    const shown = await ask({ do: 'show', number: 1 });
    expect(shown.text).toContain('cancelled (@ben via command line)');
    expect(shown.text).toContain('asked by @ana via command line');
    expect(shown.text).toContain('Requested by @ana via command line.');
    expect(shown.text).toContain('Cancelled by @ben via command line before it began.');
    expect(shown.value).toMatchObject({ endedBy: 'U0BEN via command line' });
    await ask(lock);
    expect((await ask({ do: 'list' })).text).toMatch(
      /^shop is locked by @ben via command line since .*: the database moves\.\n#1 shop@2 → shop · cancelled · @ana$/,
    );
    await ask({ do: 'unlock', as: 'U0BEN', environment: 'shop' });
    expect(await app.store.environmentEvents('shop')).toMatchObject([
      { event: { type: 'locked', by: 'U0BEN', via: 'command line' } },
      { event: { type: 'unlocked', by: 'U0BEN', via: 'command line' } },
    ]);
  });

  test('prints what people wrote word for word, and lets nothing of it steer the terminal', async () => {
    await start();
    const { findPerson } = app;
    app.findPerson = async (id) => ({ ...(await findPerson(id)), name: 'an\u001B[2Ja' });
    await ask({ ...deploy, reason: '*bold* <@U0BEN> \u001B[31mred\u202E' });
    const { text } = await ask({ do: 'show', number: 1 });
    expect(text).toContain('Reason: *bold* <@U0BEN> [31mred\n');
    expect(text).toContain('asked by @an[2Ja via command line');
  });
});

describe('retry', () => {
  const failed = async () => {
    app.world.configuration.environments = [
      buildEnvironment({
        clusterStrategy: null,
        serverStrategy: 'one-by-one',
        topology: 'single-cluster',
        clusters: [buildCluster('main', ['web-1', 'web-2', 'web-3'])],
      }),
    ];
    await start();
    expect((await ask(deploy)).code).toBe(0);
    await startDeployment(app, 1);
    await endAttempt(app, 1, { 'web-1': 'ok', 'web-2': 'error', 'web-3': 'skipped' });
  };
  const retry = { do: 'retry', as: 'U0ANA', number: 1 } as const;

  test.each([
    [{}, ['web-2', 'web-3'], [], '#1 deploys the remaining web-2, web-3.'],
    [{ only: 'failed' as const }, ['web-2'], ['web-3'], '#1 deploys web-2; web-3 remains as before.'],
    [{ servers: ['web-3'] }, ['web-3'], ['web-2'], '#1 deploys web-3; web-2 remains as before.'],
  ])('with %j deploys that part, and answers a program what is left', async (part, chosen, left, text) => {
    await failed();
    const answer = await ask({ ...retry, ...part });
    expect(answer).toEqual({ code: 0, text, value: { number: 1, servers: chosen, left, startsAt: null } });
    const last = (await app.store.eventsAfter(1, 0)).at(-1);
    expect(last?.event).toMatchObject({ type: 'retry_requested', servers: chosen, via: 'command line' });
  });

  test('of a server that is done already is refused with those that would be right', async () => {
    await failed();
    expect(await ask({ ...retry, servers: ['web-1'] })).toMatchObject({
      code: 1,
      text: expect.stringContaining('web-1 is done already: what remain are web-2 and web-3.'),
    });
  });
});

test('while the database cannot be written, the answer says why and what to do', async () => {
  const sentence = 'x.db cannot be written: its disk is full; make room on it, and the bot goes on by itself';
  const store: Store = {
    ...app.store,
    receive: async () => await Promise.reject(new StoreUnavailable('its disk is full', sentence)),
  };
  const log = { error: () => void errors.push('logged') };
  const answerRequest = createAnswerer({ app: { ...app, store }, log });
  const answer = await answerRequest(requestOf({ do: 'cancel', as: 'U0ANA', number: 1 }));
  expect(answer).toEqual({
    code: 1,
    text: `${sentence}. lamplighter list says what was done before that.`,
    value: null,
  });
  expect(errors).toEqual([]);
});
