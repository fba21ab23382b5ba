import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import ssh2 from 'ssh2';
import { afterAll, afterEach, describe, expect, test } from 'vitest';

import type { Connection } from '../../src/domain/configured/connection.ts';
import { Unreachable } from '../../src/drivers/command.ts';
import { readPins } from '../../src/drivers/ssh/host-key.ts';
import { createSshDriver } from '../../src/drivers/ssh/ssh-driver.ts';

const directory = mkdtempSync(join(tmpdir(), 'll-host-keys-'));
const knownHosts = join(directory, 'known_hosts');
const keyOf = (type: 'ed25519' | 'ecdsa') =>
  ssh2.utils.generateKeyPairSync(type, type === 'ecdsa' ? { bits: 256 } : {});
const [right, other, login, ecdsa] = [keyOf('ed25519'), keyOf('ed25519'), keyOf('ed25519'), keyOf('ecdsa')];
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A server that writes down everything it is asked and offered, and asks its clients for everything it may not have. */
async function listen(hostKey: string) {
  const asked: string[] = [];
  const got: string[] = [];
  const clients = new Set<ssh2.Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    clients.add(client);
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      asked.push(`authentication ${context.method}`);
      context.accept();
    });
    client.on('request', (accept, _reject, name) => {
      asked.push(`request ${name}`);
      accept?.();
    });
    client.on('tcpip', (accept) => void (asked.push('tcpip'), accept()));
    client.on('ready', () => {
      const tell = (what: string) => (error: Error | undefined) =>
        void got.push(`${what} ${error ? 'refused' : 'given'}`);
      client.x11('127.0.0.1', 6_000, tell('x11'));
      client.forwardOut('127.0.0.1', 1, '127.0.0.1', 22, tell('tcp'));
      client.openssh_forwardOutStreamLocal('/run/agent', tell('socket'));
    });
    client.on('session', (accept) => {
      const session = accept();
      for (const name of ['pty', 'x11', 'env', 'auth-agent', 'sftp', 'shell', 'subsystem'] as const)
        session.on(name, (...given: unknown[]) => {
          asked.push(name);
          if (typeof given[0] === 'function') given[0]();
        });
      session.on('exec', (acceptExec) => {
        asked.push('exec');
        const stream = acceptExec();
        stream.stdin.resume();
        stream.write('looked\n');
        stream.exit(0);
        stream.end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    for (const client of clients) client.end();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return { port, asked, got };
}

function connectionTo(port: number, pin: { hostKey: string } | { knownHosts: string }): Connection {
  return {
    driver: 'ssh',
    host: '127.0.0.1',
    port,
    user: 'deploy',
    privateKey: { env: 'KEY' },
    pin,
    shell: 'sh',
    workDirectory: '/work',
    keepRevisions: 1,
  };
}

const driver = createSshDriver({ readSecret: () => login.private });
const look = async (connection: Connection) =>
  await driver.look('web-1', connection, new AbortController().signal);
const hashed = (name: string) => {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};

describe('threat 11: before a server has shown the pinned key', () => {
  const refused: [string, (port: number) => string, RegExp][] = [
    [
      'has another key there',
      (port) => `[127.0.0.1]:${port} ${other.public}`,
      /shows host key SHA256:.* is pinned/,
    ],
    ['names it without its port', () => `127.0.0.1 ${right.public}`, /is not pinned/],
    ['names another port', (port) => `[127.0.0.1]:${port + 1} ${right.public}`, /is not pinned/],
    ['names it by a pattern', () => `* ${right.public}\n[127.0.0.*]:* ${right.public}`, /is not pinned/],
    [
      'leaves it out by name',
      (port) => `![127.0.0.1]:${port},[127.0.0.1]:${port} ${right.public}`,
      /is not pinned/,
    ],
    [
      'leaves it out by a pattern',
      (port) => `!*.0.0.?]:${port},[127.0.0.1]:${port} ${right.public}`,
      /is not pinned/,
    ],
    [
      'revokes the key there',
      (port) => `[127.0.0.1]:${port} ${right.public}\n@revoked [127.0.0.1]:${port} ${right.public}`,
      /not revoked/,
    ],
    [
      'revokes the key everywhere, before it',
      (port) => `@revoked * ${right.public}\n[127.0.0.1]:${port} ${right.public}`,
      /not revoked/,
    ],
    [
      'trusts the key as an authority',
      (port) => `@cert-authority [127.0.0.1]:${port} ${right.public}`,
      /is not pinned/,
    ],
    ['has it in a comment', (port) => `# [127.0.0.1]:${port} ${right.public}`, /is not pinned/],
    ['has only a key of another type', (port) => `[127.0.0.1]:${port} ${ecdsa.public}`, /web-1/],
    [
      'has a hash of another name',
      (port) => `${hashed(`[127.0.0.2]:${port}`)} ${right.public}`,
      /is not pinned/,
    ],
    ['is empty', () => '', /is not pinned/],
  ];

  test.each(refused)('nothing is offered to it where known_hosts %s', async (_, lines, words) => {
    const server = await listen(right.private);
    writeFileSync(knownHosts, `${lines(server.port)}\n`);
    const error = await look(connectionTo(server.port, { knownHosts })).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Unreachable);
    expect(String(error)).toMatch(words);
    expect(server.asked).toEqual([]);
  });

  test('nothing is offered to it where known_hosts is not there, and the way out is said', async () => {
    const server = await listen(right.private);
    const missing = connectionTo(server.port, { knownHosts: '/nowhere/known_hosts' });
    const error = await look(missing).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Unreachable);
    expect(String(error)).toContain('not pinned: /nowhere/known_hosts cannot be read (ENOENT)');
    expect(String(error)).toContain(`ssh-keyscan -p ${server.port} 127.0.0.1`);
    expect(server.asked).toEqual([]);
  });

  test('nothing is offered to one whose key is of another type than the one in the configuration', async () => {
    const server = await listen(ecdsa.private);
    await expect(look(connectionTo(server.port, { hostKey: right.public }))).rejects.toThrow(Unreachable);
    expect(server.asked).toEqual([]);
  });

  test('words in the comment of a pinned key are never said', async () => {
    const server = await listen(right.private);
    const hostKey = `${other.public} <!channel>`;
    const error = await look(connectionTo(server.port, { hostKey })).catch((reason: unknown) =>
      String(reason),
    );
    expect(error).toContain('nothing was offered to it');
    expect(error).not.toContain('channel');
  });

  test('a login key that cannot be read is one sentence without the key, and the connection is closed', async () => {
    const server = await listen(right.private);
    const broken = createSshDriver({ readSecret: () => '-----BEGIN OPENSSH PRIVATE KEY-----\ncanary\n' });
    const error = await broken
      .look('web-1', connectionTo(server.port, { hostKey: right.public }), new AbortController().signal)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Unreachable);
    expect(String(error)).not.toContain('canary');
  });
});

describe('threat 11: a server that shows the pinned key', () => {
  test.each([
    ['as it stands', (port: number) => `[127.0.0.1]:${port} ${right.public} a comment`],
    ['hashed', (port: number) => `${hashed(`[127.0.0.1]:${port}`)} ${right.public}`],
    [
      'among others',
      (port: number) => `x,[127.0.0.1]:${port} ${other.public}\n[127.0.0.1]:${port},y ${right.public}`,
    ],
    [
      'beside a revoked one',
      (port: number) => `@revoked * ${other.public}\n[127.0.0.1]:${port} ${right.public}`,
    ],
  ])('is reached by known_hosts, %s', async (_, lines) => {
    const server = await listen(right.private);
    writeFileSync(knownHosts, `${lines(server.port)}\n`);
    expect(await look(connectionTo(server.port, { knownHosts }))).toMatchObject({ missing: [] });
  });

  test('is asked for one program and nothing else: no agent, X11, terminal, variable or forwarding', async () => {
    const server = await listen(right.private);
    await look(connectionTo(server.port, { hostKey: right.public }));
    const usual = ['authentication none', 'authentication publickey', 'exec'];
    expect(server.asked.filter((asked) => !usual.includes(asked))).toEqual([]);
    expect(server.asked.at(-1)).toBe('exec');
  });

  test('is given none of what it asks for: no X11, no way on, no socket', async () => {
    const server = await listen(right.private);
    await look(connectionTo(server.port, { hostKey: right.public }));
    expect(server.got.toSorted()).toEqual(['socket refused', 'tcp refused', 'x11 refused']);
  });
});

test('threat 11: at port 22 a name stands without brackets', () => {
  writeFileSync(knownHosts, `web-1.lan ${right.public}\n[web-1.lan]:22 ${other.public}\n`);
  const pins = readPins({ knownHosts }, 'web-1.lan', 22);
  expect(pins.map(({ key }) => key.toString('base64'))).toEqual([right.public.split(' ')[1]]);
});
