import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findHaproxy } from '../../../src/sandbox/fleet/haproxy.ts';
import { type Fleet, startFleet } from '../../../src/sandbox/fleet/start-fleet.ts';
import { startLoad } from '../../../src/sandbox/fleet/start-load.ts';
import { runDocsConsole } from '../../helpers/docs-console.ts';

const run = promisify(execFile);
const script = (name: string): string => resolve('examples/haproxy', `${name}.mjs`);

function hasHaproxy(): boolean {
  if (findHaproxy()) return true;
  if (process.env['CI'] === 'true')
    throw new Error('haproxy is not installed, and with CI=true nothing is skipped');
  console.warn('skipped: tests against a real HAProxy need the Debian package haproxy');
  return false;
}

const kinds = [
  { kind: 'small' as const, present: true },
  { kind: 'haproxy' as const, present: hasHaproxy() },
];

describe.each(kinds)('the example scripts over a fleet behind the $kind balancer', ({ kind, present }) => {
  if (!present) return test.skip('needs the Debian package haproxy', () => undefined);
  let directory: string;
  let fleet: Fleet;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'll-fleet-'));
    fleet = await startFleet({
      directory,
      balancer: kind,
      clusters: [
        { name: 'north', servers: ['web-1', 'web-2'] },
        { name: 'south', servers: ['web-3'] },
      ],
    });
  });
  afterAll(async () => {
    await fleet.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const call = async (name: string, words: string) =>
    (await run(script(name), [fleet.socket, words])).stdout.trim();
  const restart = async (name: string) => await run('/bin/sh', [join(fleet.directory, name, 'restart.sh')]);
  const balancerSays = async (name: string, word: string): Promise<void> => {
    const says = async (): Promise<string> =>
      (await fleet.status()).find((server) => server.name === name)?.balancer ?? '';
    await expect.poll(says, { timeout: 10_000, interval: 20 }).toMatch(new RegExp(`^${word}`));
  };

  test('move one server out and back, twice without harm, and say so', async () => {
    expect(await call('status-server', 'web/web-1')).toBe('up');
    await call('disable-server', 'web/web-1');
    await call('disable-server', 'web/web-1');
    expect(await call('status-server', 'web/web-1')).toBe('drain');
    await call('enable-server', 'web/web-1');
    await call('enable-server', 'web/web-1');
    expect(await call('status-server', 'web/web-1')).toBe('up');
  });

  test('do what docs/load-balancers.md says', async () => {
    const { printed, promised } = await runDocsConsole({
      file: 'docs/load-balancers.md',
      heading: 'HAProxy',
      directory: 'examples/haproxy',
      words: { '/run/haproxy/admin.sock': fleet.socket },
    });
    expect(printed).toBe(promised);
    expect(await call('status-server', 'web/web-1')).toBe('up');
  });

  test('move a whole cluster, and one member that is up keeps it from being drained', async () => {
    await call('disable-cluster', 'web/web-1,web/web-2');
    expect(await call('status-cluster', 'web/web-1,web/web-2')).toBe('drain');
    await call('enable-server', 'web/web-1');
    expect(await call('status-cluster', 'web/web-1,web/web-2')).toBe('down');
    await call('enable-cluster', 'web/web-1,web/web-2');
    expect(await call('status-cluster', 'web/web-1,web/web-2')).toBe('up');
  });

  test('say drain only when the last request is answered: until then it is neither up nor out', async () => {
    writeFileSync(join(fleet.directory, 'web-1', 'slow'), '3000');
    const asked = Array.from({ length: 12 }, async () => await fetch(fleet.url));
    await delay(50);
    const disabling = call('disable-server', 'web/web-1');
    await expect.poll(async () => await call('status-server', 'web/web-1')).toBe('down');
    await Promise.all([...asked, disabling]);
    expect(await call('status-server', 'web/web-1')).toBe('drain');
    fleet.slowDown('web-1', false);
    await call('enable-server', 'web/web-1');
  });

  test('name what is wrong in one sentence and end with 1', async () => {
    await expect(call('disable-server', 'web/web-9')).rejects.toThrow(
      /has no server web\/web-9; it has web\/web-1, web\/web-2, web\/web-3/,
    );
    await expect(run(script('status-server'), ['/nowhere.sock', 'web/web-1'])).rejects.toThrow(
      /runtime socket \/nowhere.sock cannot be used/,
    );
    await expect(run(script('enable-server'), [])).rejects.toThrow(
      /usage: enable-server.mjs SOCKET BACKEND\/SERVER/,
    );
  });

  test('lose no request while every server is drained, restarted and put back under load', async () => {
    const load = startLoad({ url: fleet.url, requestsPerSecond: 200 });
    for (const { name } of [...fleet.servers, ...fleet.servers]) {
      await call('disable-server', `web/${name}`);
      await restart(name);
      await call('enable-server', `web/${name}`);
    }
    const { sent, failed, failures, byRevision } = await load.stop();
    expect(failures).toEqual([]);
    expect(failed).toBe(0);
    expect(sent).toBeGreaterThan(100);
    expect(byRevision['shop@1']).toBe(sent);
  });

  test('call a half put back only when its servers are up: the other half may leave in the same moment', async () => {
    const load = startLoad({ url: fleet.url, requestsPerSecond: 200 });
    const [first, second] = [['web-1', 'web-2'], ['web-3']];
    for (const leaving of [first, second, first, second]) {
      await call('disable-cluster', leaving.map((name) => `web/${name}`).join(','));
      for (const name of leaving) fleet.stopProcess(name);
      for (const name of leaving) await balancerSays(name, 'DOWN');
      const coming = delay(500).then(
        async () => await Promise.all(leaving.map(async (name) => await fleet.startProcess(name))),
      );
      await call('enable-cluster', leaving.map((name) => `web/${name}`).join(','));
      await coming;
    }
    const { sent, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(100);
  });

  test('are needed: the same restarts one by one without draining lose requests', async () => {
    const load = startLoad({ url: fleet.url, requestsPerSecond: 200 });
    for (const { name } of [...fleet.servers, ...fleet.servers, ...fleet.servers])
      await run('/bin/sh', [join(fleet.directory, name, 'restart.sh')]);
    expect((await load.stop()).failed).toBeGreaterThan(0);
  });

  test('tell a stopped server from a slow one and from one that is about to fail', async () => {
    fleet.stopProcess('web-1');
    fleet.slowDown('web-2', true);
    fleet.breakNext('web-3');
    await balancerSays('web-1', 'DOWN');
    const [first, second, third] = await fleet.status();
    expect(first).toMatchObject({ isStopped: true, isSlow: false, revision: 'no answer', failsNext: false });
    expect(second).toMatchObject({ isStopped: false, isSlow: true, revision: 'shop@1', balancer: 'UP' });
    expect(third).toMatchObject({ failsNext: true, isStopped: false });
    fleet.slowDown('web-2', false);
    await fleet.startProcess('web-1');
    await balancerSays('web-1', 'UP');
    expect((await fleet.status())[0]).toMatchObject({ isStopped: false, revision: 'shop@1' });
  });

  test('count what each server answered and what it broke off', async () => {
    const before = await fleet.status();
    fleet.slowDown('web-3', true);
    const load = startLoad({ url: fleet.url, requestsPerSecond: 100 });
    await delay(300);
    fleet.stopProcess('web-3');
    await delay(300);
    const { failed } = await load.stop();
    fleet.slowDown('web-3', false);
    await fleet.startProcess('web-3');
    const after = await fleet.status();
    const more = (name: string, key: 'answered' | 'failed') =>
      (after.find((server) => server.name === name)?.[key] ?? 0) -
      (before.find((server) => server.name === name)?.[key] ?? 0);
    expect(more('web-1', 'answered')).toBeGreaterThan(10);
    expect(more('web-1', 'failed')).toBe(0);
    expect(failed).toBeGreaterThan(0);
    expect(more('web-3', 'failed')).toBeGreaterThan(0);
    await balancerSays('web-3', 'UP');
  });

  test('forward what a request carries, to one server and once', async () => {
    const answer = await fetch(fleet.url, { method: 'POST', body: 'hello' });
    expect(await answer.json()).toMatchObject({ revision: 'shop@1' });
  });
});

test('a fleet that is closed leaves no server behind', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'll-fleet-'));
  const fleet = await startFleet({
    directory,
    balancer: 'small',
    clusters: [{ name: 'one', servers: ['web-1'] }],
  });
  execFileSync('/bin/sh', [join(directory, 'web-1', 'restart.sh')]);
  const pid = readFileSync(join(directory, 'web-1', 'pid'), 'utf8');
  expect((await fleet.status())[0]).toMatchObject({ revision: 'shop@1', balancer: 'UP' });
  await fleet.close();
  await new Promise((done) => setTimeout(done, 100));
  const state = existsSync(`/proc/${pid}/stat`)
    ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0]
    : 'gone';
  expect(['Z', 'gone']).toContain(state);
  rmSync(directory, { recursive: true, force: true });
});
