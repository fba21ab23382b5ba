import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findHaproxy } from '../../../src/sandbox/fleet/haproxy.ts';
import { type Fleet, startFleet } from '../../../src/sandbox/fleet/start-fleet.ts';
import { startLoad } from '../../../src/sandbox/fleet/start-load.ts';

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
  const restart = (name: string) => execFileSync('/bin/sh', [join(fleet.directory, name, 'restart.sh')]);

  test('move one server out and back, twice without harm, and say so', async () => {
    expect(await call('status-server', 'web/web-1')).toBe('up');
    await call('disable-server', 'web/web-1');
    await call('disable-server', 'web/web-1');
    expect(await call('status-server', 'web/web-1')).toBe('drain');
    await call('enable-server', 'web/web-1');
    await call('enable-server', 'web/web-1');
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
      restart(name);
      await call('enable-server', `web/${name}`);
    }
    const { sent, failed, failures, byRevision } = await load.stop();
    expect(failures).toEqual([]);
    expect(failed).toBe(0);
    expect(sent).toBeGreaterThan(100);
    expect(byRevision['shop@1']).toBe(sent);
  });

  test('are needed: the same restarts one by one without draining lose requests', async () => {
    const load = startLoad({ url: fleet.url, requestsPerSecond: 200 });
    for (const { name } of [...fleet.servers, ...fleet.servers, ...fleet.servers])
      await run('/bin/sh', [join(fleet.directory, name, 'restart.sh')]);
    expect((await load.stop()).failed).toBeGreaterThan(0);
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
