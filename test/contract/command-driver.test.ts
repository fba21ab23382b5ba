import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Connection } from '../../src/domain/configured/connection.ts';
import type { CommandDriver, CommandSession, Fence, Marker, Work } from '../../src/drivers/command.ts';
import { createLocalDriver } from '../../src/drivers/local/local-driver.ts';
import { createSshDriver } from '../../src/drivers/ssh/ssh-driver.ts';
import { hasSshd, type Sshd, startSshd } from '../helpers/sshd.ts';

interface Setup {
  driver: CommandDriver;
  connection: Connection;
  workDirectory: string;
  stop(): Promise<void>;
}

const never = new AbortController().signal;

async function localSetup(): Promise<Setup> {
  const workDirectory = mkdtempSync(join(tmpdir(), 'll-local-'));
  return {
    driver: createLocalDriver({ variables: process.env }),
    connection: { driver: 'local', workDirectory },
    workDirectory,
    stop: async () => rmSync(workDirectory, { recursive: true, force: true }),
  };
}

function sshConnection(sshd: Sshd): Extract<Connection, { driver: 'ssh' }> {
  return {
    driver: 'ssh',
    host: sshd.host,
    port: sshd.port,
    user: execFileSync('id', ['-un'], { encoding: 'utf8' }).trim(),
    privateKey: { file: sshd.privateKeyFile },
    pin: { hostKey: sshd.hostKey },
    shell: 'sh',
    workDirectory: join(sshd.directory, 'work'),
    keepRevisions: 2,
  };
}

const readSecret = (reference: { env: string } | { file: string }): string =>
  'file' in reference ? readFileSync(reference.file, 'utf8') : '';

async function sshSetup(): Promise<Setup> {
  const sshd = await startSshd();
  const connection = sshConnection(sshd);
  return {
    driver: createSshDriver({ readSecret }),
    connection,
    workDirectory: connection.workDirectory,
    stop: async () => await sshd.stop(),
  };
}

/** A zombie that nobody has collected yet runs no more. */
function isRunning(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const setups = [
  { name: 'local', start: localSetup, present: true },
  { name: 'ssh', start: sshSetup, present: hasSshd() },
];

describe.each(setups)('a command driver: $name', ({ start, present }) => {
  if (!present) return test.skip('needs the Debian package openssh-server', () => undefined);
  let setup: Setup;
  let session: CommandSession;
  let count = 0;

  beforeAll(async () => {
    setup = await start();
    session = await setup.driver.connect('web-1', setup.connection, never);
  });
  afterAll(async () => {
    await session.close();
    await setup.stop();
  });

  const fence = (token: number): Fence => ({ installation: 'test', environment: `shop-${count}`, token });
  const nextMarker = (): Marker => {
    count += 1;
    return { installation: 'test', deployment: count, attempt: 1, task: '1-install', run: 1 };
  };
  const line = (text: string, variables: Record<string, string> = {}): Work => ({
    kind: 'line',
    line: text,
    variables,
    directory: null,
  });
  const markerDirectory = (marker: Marker): string =>
    join(setup.workDirectory, 'runs', 'test', String(marker.deployment), '1', `${marker.task}.${marker.run}`);
  const collect = () => {
    const chunks: Buffer[] = [];
    return { push: (chunk: Buffer) => void chunks.push(chunk), bytes: () => Buffer.concat(chunks) };
  };

  test('says that a target with the tools of the runner is ready', async () => {
    expect(await session.check()).toEqual({ ok: true });
  });

  test('brings back the exit code and every byte of output in order', async () => {
    const output = collect();
    const marker = nextMarker();
    const work = line(`printf 'one\\000two'; echo three >&2; exit 7`);
    const followed = await session.start(marker, fence(1), work, output.push, never);
    expect(followed).toEqual({ state: 'ended', exitCode: 7, outputBytes: 13 });
    expect(output.bytes().toString('latin1')).toBe('one\0twothree\n');
  });

  test('starts once however often the same run is delivered', async () => {
    const marker = nextMarker();
    const file = join(setup.workDirectory, `once-${count}`);
    const deliver = async () =>
      await session.start(marker, fence(1), line(`echo x >>${file}; sleep 0.3`), () => undefined, never);
    const states = (await Promise.all([deliver(), deliver(), deliver()])).map(({ state }) => state);
    expect(states.toSorted()).toEqual(['already-started', 'already-started', 'ended']);
    expect(readFileSync(file, 'utf8')).toBe('x\n');
  });

  test('goes on with a step whose follower is gone, and finds the very same run again from any offset', async () => {
    const marker = nextMarker();
    const leaving = new AbortController();
    const first = collect();
    const work = line('echo before; sleep 0.6; echo after; exit 3');
    const started = session.start(
      marker,
      fence(1),
      work,
      (chunk) => {
        first.push(chunk);
        leaving.abort();
      },
      leaving.signal,
    );
    expect((await started).state).toBe('disconnected');
    expect(first.bytes().toString()).toBe('before\n');
    expect((await session.seal(fence(1), marker)).state).toBe('running');
    const rest = collect();
    expect(await session.follow(marker, 7, rest.push, never)).toEqual({
      state: 'ended',
      exitCode: 3,
      outputBytes: 13,
    });
    expect(rest.bytes().toString()).toBe('after\n');
  });

  test('refuses an older token once a newer one was seen, and starts nothing', async () => {
    const marker = nextMarker();
    expect(await session.seal(fence(5), marker)).toEqual({ state: 'never-started' });
    const file = join(setup.workDirectory, `fenced-${count}`);
    const followed = await session.start(marker, fence(4), line(`touch ${file}`), () => undefined, never);
    expect(followed).toEqual({ state: 'fenced', highest: 5 });
    expect(existsSync(file)).toBe(false);
    expect((await session.start(marker, fence(5), line('true'), () => undefined, never)).state).toBe('ended');
  });

  test('sees a run that ended, and one that was killed from outside and left no exit code', async () => {
    const ended = nextMarker();
    await session.start(ended, fence(1), line('exit 4'), () => undefined, never);
    expect(await session.seal(fence(1), ended)).toEqual({ state: 'ended', exitCode: 4 });
    const killed = nextMarker();
    const followed = session.start(
      killed,
      fence(1),
      line('kill -9 $PPID; kill -9 $$'),
      () => undefined,
      never,
    );
    expect((await followed).state).toBe('lost');
    expect((await session.seal(fence(1), killed)).state).toBe('lost');
  });

  test('takes a run of an earlier boot for lost, even where its process number lives again', async () => {
    const marker = nextMarker();
    const leaving = new AbortController();
    const started = session.start(
      marker,
      fence(1),
      line('echo on; sleep 5'),
      () => leaving.abort(),
      leaving.signal,
    );
    await started;
    writeFileSync(join(markerDirectory(marker), 'boot'), 'another-boot');
    expect(await session.seal(fence(1), marker)).toMatchObject({ state: 'lost', reason: /restarted/ });
  });

  test('ends a hanging step with everything that it forked, also where it ignores SIGTERM', async () => {
    const marker = nextMarker();
    const file = join(setup.workDirectory, `pids-${count}`);
    const work = line(
      `trap '' TERM; (trap '' TERM; echo $$ >>${file}; sleep 60) & echo $! >>${file}; sleep 60`,
    );
    const started = session.start(marker, fence(1), work, () => undefined, never);
    while (!existsSync(file)) await delay(20);
    await delay(100);
    expect((await session.end(marker, 300)).state).toBe('lost');
    expect((await started).state).toBe('lost');
    const alive = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .filter((pid) => isRunning(pid));
    expect(alive).toEqual([]);
  });

  test('gives words to a program exactly as they are, without a shell', async () => {
    const words = ['a b', `it's "quoted"`, '$(touch /tmp/never)', '*', 'line\nbreak', '', '`id`', '\\'];
    const output = collect();
    const work: Work = { kind: 'words', words: ['/usr/bin/printf', '[%s]', ...words], directory: '/' };
    await session.start(nextMarker(), fence(1), work, output.push, never);
    expect(output.bytes().toString()).toBe(words.map((word) => `[${word}]`).join(''));
  });

  test('leaves no secret in an argument list while the step runs, nor in a file afterwards', async () => {
    const marker = nextMarker();
    const secret = `canary-${process.pid}-${count}`;
    const work = line(`test "$SECRET" = '${secret}' && ps axww -o args; exit 0`, { SECRET: secret });
    const output = collect();
    expect((await session.start(marker, fence(1), work, output.push, never)).state).toBe('ended');
    expect(output.bytes().toString()).toContain('run.sh'.slice(0, 3));
    expect(output.bytes().toString()).not.toContain(secret);
    const kept = readdirSync(markerDirectory(marker)).map((name) =>
      readFileSync(join(markerDirectory(marker), name), 'utf8'),
    );
    expect(kept.join('\n')).not.toContain(secret);
    expect(kept.length).toBeGreaterThan(3);
  });

  test('brings back a hundred million bytes whole', async () => {
    let bytes = 0;
    const followed = await session.start(
      nextMarker(),
      fence(1),
      line('head -c 100000000 /dev/zero'),
      (chunk) => {
        bytes += chunk.length;
      },
      never,
    );
    expect(followed).toEqual({ state: 'ended', exitCode: 0, outputBytes: 100_000_000 });
    expect(bytes).toBe(100_000_000);
  });

  test('puts the files of a revision there once per digest, modes and links kept', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'll-rev-'));
    mkdirSync(join(directory, 'sub'));
    writeFileSync(join(directory, 'install.sh'), '#!/bin/sh\necho installed\n');
    chmodSync(join(directory, 'install.sh'), 0o755);
    writeFileSync(join(directory, 'sub', 'page'), 'hello');
    symlinkSync('sub/page', join(directory, 'link'));
    const files = { name: 'shop', version: '2', digest: 'a'.repeat(64), directory };
    const place = await session.push(files);
    const output = collect();
    const work: Work = { kind: 'line', line: './install.sh && cat link', variables: {}, directory: place };
    await session.start(nextMarker(), fence(1), work, output.push, never);
    expect(output.bytes().toString()).toBe('installed\nhello');
    writeFileSync(join(place, 'mark'), '');
    const again = await setup.driver.connect('web-1', setup.connection, never);
    expect(await again.push(files)).toBe(place);
    await again.close();
    expect(existsSync(join(place, 'mark'))).toBe(true);
    symlinkSync('/etc/passwd', join(directory, 'leaving'));
    await expect(session.push({ ...files, digest: 'b'.repeat(64) })).rejects.toThrow(/leaves its revision/);
    rmSync(directory, { recursive: true });
  });

  test('looks beside the files of a revision, and leaves nothing there', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'll-looked-'));
    writeFileSync(join(directory, 'check.sh'), 'echo "disk $LAMPLIGHTER_FULL %" >&2; exit 3\n', {
      mode: 0o755,
    });
    const files = { name: 'shop', version: '9', digest: 'b'.repeat(64), directory };
    const lent = join(setup.workDirectory, 'lent');
    const output = collect();
    const look = async (text: string, timeoutMs = 20_000, signal = never) =>
      await session.lookWith(
        files,
        { line: text, variables: { LAMPLIGHTER_FULL: '97' }, timeoutMs },
        output.push,
        signal,
      );
    expect(await look('./check.sh')).toEqual({ exitCode: 3, timedOut: false, reason: '' });
    expect(output.bytes().toString()).toBe('disk 97 %\n');
    expect(await look('sleep 60', 300)).toMatchObject({ exitCode: null, timedOut: true });
    const giving = new AbortController();
    const begun = join(setup.workDirectory, `looking-${count}`);
    const given = look(
      `sleep 60 & echo $! >${begun}.new && mv ${begun}.new ${begun}; wait`,
      20_000,
      giving.signal,
    );
    while (!existsSync(begun)) await delay(20);
    giving.abort();
    expect(await given).toMatchObject({ exitCode: null, timedOut: false });
    await expect.poll(() => isRunning(readFileSync(begun, 'utf8').trim()), { timeout: 10_000 }).toBe(false);
    expect(readdirSync(lent)).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  test('answers a read-only line with its streams, and gives up at its timeout', async () => {
    const answer = await session.ask('echo "$NAME"; echo no >&2; exit 2', { NAME: 'a b' }, null, 5_000);
    expect(answer).toEqual({ exitCode: 2, stdout: 'a b\n', stderr: 'no\n', timedOut: false });
    expect(await session.ask('sleep 30', {}, null, 200)).toMatchObject({ exitCode: null, timedOut: true });
  });
});

describe('a server that is not what is pinned', () => {
  if (!hasSshd()) return test.skip('needs the Debian package openssh-server', () => undefined);

  test('is offered nothing when it shows another host key, and the sentence names both', async () => {
    const [sshd, other] = [await startSshd(), await startSshd()];
    const connection = { ...sshConnection(sshd), pin: { hostKey: other.hostKey } };
    const connecting = createSshDriver({ readSecret }).connect('web-1', connection, never);
    await expect(connecting).rejects.toThrow(
      /web-1 .* shows host key SHA256:.* and SHA256:.* is pinned: nothing was offered/,
    );
    await delay(200);
    expect(sshd.log()).toContain('Connection from');
    expect(sshd.log()).not.toMatch(/userauth-request|Accepted|publickey/);
    await Promise.all([sshd.stop(), other.stop()]);
  });

  test('is found in a known_hosts file, plain and hashed', async () => {
    const sshd = await startSshd();
    const knownHosts = join(sshd.directory, 'known_hosts');
    writeFileSync(knownHosts, `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    execFileSync('ssh-keygen', ['-H', '-f', knownHosts], { stdio: 'ignore' });
    expect(readFileSync(knownHosts, 'utf8')).toMatch(/^\|1\|/);
    const session = await createSshDriver({ readSecret }).connect(
      'web-1',
      { ...sshConnection(sshd), pin: { knownHosts } },
      never,
    );
    expect(await session.check()).toEqual({ ok: true });
    await session.close();
    await sshd.stop();
  });

  test('is named with its address when nothing listens there', async () => {
    const sshd = await startSshd();
    const connection = sshConnection(sshd);
    await sshd.stop();
    const connecting = createSshDriver({ readSecret: () => 'unused' }).connect('web-1', connection, never);
    await expect(connecting).rejects.toThrow(/web-1 \(127\.0\.0\.1:\d+\) cannot be reached: ECONNREFUSED/);
  });
});
