import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { type Fleet, startFleet } from '../../src/sandbox/fleet/start-fleet.ts';
import { startLoad } from '../../src/sandbox/fleet/start-load.ts';
import { runDocsConsole } from '../helpers/docs-console.ts';
import { findNginx, type Nginx, startNginx } from '../helpers/nginx.ts';

const run = promisify(execFile);
const program = findNginx();
if (!program && process.env['CI'] === 'true')
  throw new Error('nginx is not installed, and with CI=true nothing is skipped');

describe('the example scripts over a fleet behind a real nginx', () => {
  if (!program) return test.skip('needs the Debian package nginx-light', () => undefined);
  let directory: string;
  let fleet: Fleet;
  let nginx: Nginx;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'll-nginx-'));
    fleet = await startFleet({
      directory: join(directory, 'fleet'),
      balancer: 'small',
      clusters: [{ name: 'main', servers: ['web-1', 'web-2'] }],
    });
    nginx = await startNginx(program, join(directory, 'nginx'), fleet.servers);
  });
  afterAll(async () => {
    await nginx.stop();
    await fleet.close();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const { name } of fleet.servers) {
      fleet.slowDown(name, false);
      if ((await status(name)) !== 'up') await enable(name);
    }
  });

  const script = (name: string): string => resolve('examples/nginx', `${name}-server.mjs`);
  const health = (name: string): string =>
    `http://127.0.0.1:${fleet.servers.find((server) => server.name === name)?.port}/health`;
  const words = (name: string): string[] => [nginx.configuration, nginx.servers, name];
  const disable = async (name: string, ...more: string[]) =>
    await run(script('disable'), [...words(name), ...more]);
  const enable = async (name: string, ...more: string[]) =>
    await run(script('enable'), [...words(name), health(name), ...more]);
  const status = async (name: string): Promise<string> =>
    (await run(script('status'), [...words(name), health(name)])).stdout.trim();
  const restart = async (name: string) => await run('/bin/sh', [join(fleet.directory, name, 'restart.sh')]);
  const serversFile = (): string => readFileSync(nginx.servers, 'utf8');

  test('move one server out and back, twice without harm, and leave its file as it was', async () => {
    const before = serversFile();
    expect(await status('web-1')).toBe('up');
    await disable('web-1');
    await disable('web-1');
    expect(await status('web-1')).toBe('drain');
    expect(await status('web-2')).toBe('up');
    expect(serversFile()).toMatch(/max_fails=0 down; # web-1\n.*max_fails=0; # web-2\n$/);
    await enable('web-1');
    await enable('web-1');
    expect(await status('web-1')).toBe('up');
    expect(serversFile()).toBe(before);
  });

  test('say down for a server that is not taken out and does not answer', async () => {
    fleet.stopProcess('web-1');
    expect(await status('web-1')).toBe('down');
    await fleet.startProcess('web-1');
    expect(await status('web-1')).toBe('up');
  });

  test('do what docs/load-balancers.md says', async () => {
    const { printed, promised } = await runDocsConsole({
      file: 'docs/load-balancers.md',
      heading: 'nginx',
      directory: 'examples/nginx',
      words: {
        '/etc/nginx/nginx.conf': nginx.configuration,
        '/etc/nginx/servers.conf': nginx.servers,
        'http://10.0.0.11:8080/health': health('web-1'),
      },
    });
    expect(printed).toBe(promised);
    expect(await status('web-1')).toBe('up');
  });

  test('lose no request while each server is drained, restarted and put back under load', async () => {
    const load = startLoad({ url: nginx.url, requestsPerSecond: 100 });
    for (const name of ['web-1', 'web-2', 'web-1', 'web-2']) {
      await disable(name);
      await restart(name);
      await enable(name);
    }
    const { sent, failures, byRevision } = await load.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(100);
    expect(byRevision['shop@1']).toBe(sent);
  });

  test('are needed: the same restarts without draining lose requests', async () => {
    const load = startLoad({ url: nginx.url, requestsPerSecond: 100 });
    for (const name of ['web-1', 'web-2', 'web-1', 'web-2']) await restart(name);
    expect((await load.stop()).failed).toBeGreaterThan(0);
  });

  test('send nothing to a server that is being put back until it answers', async () => {
    await disable('web-1');
    fleet.stopProcess('web-1');
    const load = startLoad({ url: nginx.url, requestsPerSecond: 100 });
    const coming = delay(500).then(async () => await fleet.startProcess('web-1'));
    await enable('web-1');
    await coming;
    expect((await load.stop()).failures).toEqual([]);
  });

  test('call a server drained only when the requests it had are answered', async () => {
    for (const { name } of fleet.servers) fleet.slowDown(name, true);
    const load = startLoad({ url: nginx.url, requestsPerSecond: 100 });
    await delay(300);
    await disable('web-1');
    fleet.stopProcess('web-1');
    expect((await load.stop()).failures).toEqual([]);
    fleet.slowDown('web-1', false);
    await fleet.startProcess('web-1');
  });

  test('say down after a script that was killed before nginx had the change, and repair it when called again', async () => {
    process.kill(nginx.pid, 'SIGSTOP');
    const killed = spawn(script('disable'), words('web-1'));
    await expect.poll(serversFile, { interval: 10 }).toContain('down; # web-1');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(await status('web-1')).toBe('down');
    expect(await status('web-2')).toBe('up');
    process.kill(nginx.pid, 'SIGCONT');
    expect(await status('web-1')).toBe('down');
    await disable('web-1');
    expect(await status('web-1')).toBe('drain');
    fleet.stopProcess('web-1');
    const load = startLoad({ url: nginx.url, requestsPerSecond: 100 });
    await delay(200);
    expect((await load.stop()).failures).toEqual([]);
    await fleet.startProcess('web-1');
  });

  test('called at once for two servers, do both', async () => {
    await Promise.all([disable('web-1'), disable('web-2')]);
    expect([await status('web-1'), await status('web-2')]).toEqual(['drain', 'drain']);
    await Promise.all([enable('web-1'), enable('web-2')]);
    expect([await status('web-1'), await status('web-2')]).toEqual(['up', 'up']);
  });

  test('say in one sentence what is wrong, end with 1 and change nothing', async () => {
    const before = serversFile();
    await expect(disable('web-9')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^\S+ has no server web-9; it has web-1, web-2\n$/),
    });
    await expect(run(script('enable'), [])).rejects.toThrow(
      'usage: enable-server.mjs CONFIGURATION SERVERS NAME HEALTH_URL [SECONDS]',
    );
    const configuration = readFileSync(nginx.configuration, 'utf8');
    writeFileSync(nginx.configuration, `${configuration}nonsense;\n`);
    await expect(disable('web-1')).rejects.toThrow(/nothing was changed: .*unknown directive "nonsense"/);
    writeFileSync(nginx.configuration, configuration.replace('nginx.pid', 'other.pid'));
    await expect(disable('web-1')).rejects.toThrow(/nginx does not run: \S+other.pid names no process/);
    expect(await status('web-1')).toBe('down');
    writeFileSync(nginx.configuration, configuration);
    expect(serversFile()).toBe(before);
    expect(await status('web-1')).toBe('up');
  });

  test('leave a server out that does not answer in time, and say what it gave', async () => {
    await disable('web-1');
    fleet.stopProcess('web-1');
    await expect(enable('web-1', '1')).rejects.toThrow(/after 1 s: .*ECONNREFUSED.*web-1 stays out/);
    expect(await status('web-1')).toBe('drain');
    await fleet.startProcess('web-1');
  });
});
