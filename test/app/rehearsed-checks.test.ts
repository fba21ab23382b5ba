import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from 'vitest';

import { excludeServer } from '../../src/app/exclude-server.ts';
import { rehearseAgain } from '../../src/app/rehearse-deployment.ts';
import { checksWanted, recordCheck } from '../../src/app/server-checks.ts';
import type { Environment, Server } from '../../src/domain/configured/environment.ts';
import type { Step } from '../../src/domain/configured/runbook.ts';
import type { ServerAnswer } from '../../src/domain/plan/inspection.ts';
import { createLocalDriver } from '../../src/drivers/local/local-driver.ts';
import { createSshDriver } from '../../src/drivers/ssh/ssh-driver.ts';
import { startInspecting } from '../../src/executor/inspect-asked.ts';
import { startRehearsing } from '../../src/executor/rehearse-servers.ts';
import { createShares } from '../../src/executor/shares.ts';
import { freePort } from '../../src/sandbox/fleet/ports.ts';
import { createCommandSystem } from '../../src/systems/command/command-system.ts';
import type { System } from '../../src/systems/system.ts';
import { startApp, type TestApp } from '../helpers/app.ts';
import {
  buildCluster,
  buildPlan,
  buildRevision,
  buildServer,
  buildSingleCluster,
  buildStep,
} from '../helpers/build.ts';
import { load, requested, said, startsAt, tickAt, value } from '../helpers/prepared.ts';
import { hasSshd, startSshd } from '../helpers/sshd.ts';
import { createWorld, type World } from '../helpers/world.ts';

const minute = 60_000;
const second = 1_000;
const hourBefore = startsAt - 60 * minute;
const servers = ['web-1', 'web-2', 'web-3', 'web-4'];
let app: TestApp;

afterEach(async () => await app.store.close());

const preflight = (more: Partial<Step> = {}) => buildStep('preflight', { kind: 'verify', ...more });
const looking = (more: Partial<Environment> = {}, ...checks: Step[]): Environment =>
  buildSingleCluster(servers, {
    rehearsal: { minutesBefore: [60] },
    runbooks: {
      release: {
        steps: [...(checks.length > 0 ? checks : [preflight()]), buildStep('install')],
        needsNoBackup: true,
      },
    },
    ...more,
  });
const log = { error: (...problem: unknown[]) => expect(problem).toBeNull() };

/** Everybody answers that nothing is wrong; what their runbooks find is another matter. */
async function allReached(): Promise<void> {
  const answer: ServerAnswer = { problem: null, readBack: 'shop@1' };
  for (const { environment, server } of await app.store.unanswered(99))
    await app.store.answerFor({ environment, server }, { at: app.now(), answer });
}

function rehearse(system: Pick<System, 'check' | 'release'>, deadlineMs?: number) {
  return startRehearsing({
    store: app.store,
    system,
    shares: createShares(),
    log,
    wantedChecks: async () => await checksWanted(app),
    recordCheck: async (found) => await recordCheck(app, found),
    ...(deadlineMs !== undefined && { deadlineMs }),
  });
}

/** The rehearsal an hour before, with what runbooks look at, until nothing is wanted any more. */
async function rehearsedWith(world: World, deadlineMs?: number): Promise<number> {
  const { number } = await requested(app);
  await tickAt(app, hourBefore);
  await allReached();
  const rehearsing = rehearse(world.system, deadlineMs);
  await expect.poll(async () => await checksWanted(app), { timeout: 20_000 }).toEqual([]);
  await rehearsing.stop();
  await tickAt(app, hourBefore + 2 * second);
  return number;
}

describe('what a runbook looks at first, looked at before the hour', () => {
  test('makes a server that fails it one that is not ready, with the last it said, and nothing else is run', async () => {
    app = await startApp([looking()]);
    const world = createWorld();
    world.checks.set('web-3 preflight', () => ({ state: 'failed', reason: 'disk 97 %' }));
    const number = await rehearsedWith(world);
    expect(await said(app, number)).toEqual([
      '*Rehearsal*: 3 of 4 ready: web-3: disk 97 % (step preflight).',
    ]);
    expect(world.done).toEqual([]);
    value(await excludeServer(app, { by: 'U0ANA', number, server: 'web-3' }));
    expect((await said(app, number)).at(-1)).toMatch(/excludes \*web-3\*: disk 97 % \(step preflight\)/);
  });

  test('that could not be run says so, and the server is not called ready', async () => {
    app = await startApp([looking()]);
    const world = createWorld();
    world.checks.set('web-2 preflight', () => ({ state: 'not-run', reason: 'its files were changed' }));
    const number = await rehearsedWith(world);
    expect((await said(app, number)).at(-1)).toBe(
      '*Rehearsal*: 3 of 4 ready: web-2: step preflight could not be run: its files were changed.',
    );
  });

  test('that hangs on one server is given up there at its deadline, and the others have answered', async () => {
    app = await startApp([looking()]);
    const world = createWorld();
    world.checks.set('web-1 preflight', async () => await new Promise(() => undefined));
    const number = await rehearsedWith(world, 300);
    expect((await said(app, number)).at(-1)).toBe(
      '*Rehearsal*: 3 of 4 ready: web-1: step preflight did not finish in 0.3 s.',
    );
  });

  test('is stopped at the first that fails, as at the hour', async () => {
    app = await startApp([looking({}, preflight(), buildStep('locks', { kind: 'verify' }))]);
    const world = createWorld();
    const asked: string[] = [];
    world.checks.set('web-1 preflight', () => ({ state: 'failed', reason: 'disk 97 %' }));
    for (const server of servers)
      world.checks.set(`${server} locks`, () => {
        asked.push(server);
        return { state: 'passed' };
      });
    await rehearsedWith(world);
    expect(asked.toSorted()).toEqual(['web-2', 'web-3', 'web-4']);
  });

  test('is waited for: a server that was only reached is not called ready', async () => {
    app = await startApp([looking()]);
    const { number } = await requested(app);
    await tickAt(app, hourBefore);
    await allReached();
    for (const server of servers.slice(0, 3))
      await recordCheck(app, { deployment: number, server, askedAt: hourBefore, problem: null });
    await tickAt(app, hourBefore + 320 * second);
    expect(await said(app, number)).toEqual([]);
    await tickAt(app, hourBefore + 480 * second);
    expect(await said(app, number)).toEqual(['*Rehearsal*: 3 of 4 ready: no answer yet from web-4.']);
  });

  test('is not waited for where the server cannot even be reached', async () => {
    app = await startApp([looking()]);
    const { number } = await requested(app);
    await tickAt(app, hourBefore);
    await allReached();
    const answer = { problem: 'web-4 cannot be reached', readBack: null };
    await app.store.answerFor({ environment: 'shop', server: 'web-4' }, { at: app.now(), answer });
    for (const server of servers.slice(0, 3))
      await recordCheck(app, { deployment: number, server, askedAt: hourBefore, problem: null });
    await tickAt(app, hourBefore + 2 * second);
    expect(await said(app, number)).toEqual(['*Rehearsal*: 3 of 4 ready: web-4 cannot be reached.']);
  });

  test('is looked at anew by Re-check, and what comes late from before counts for nothing', async () => {
    app = await startApp([looking()]);
    const world = createWorld();
    world.checks.set('web-3 preflight', () => ({ state: 'failed', reason: 'disk 97 %' }));
    const number = await rehearsedWith(world);
    app.clock.now += minute;
    value(await rehearseAgain(app, { by: 'U0ANA', number }));
    expect((await checksWanted(app)).map(({ server }) => server)).toEqual(servers);
    await recordCheck(app, { deployment: number, server: 'web-3', askedAt: hourBefore, problem: 'late' });
    expect((await load(app, number)).preparation.rehearsal?.checked.size).toBe(0);
    world.checks.clear();
    await allReached();
    const rehearsing = rehearse(world.system);
    await expect.poll(async () => await checksWanted(app), { timeout: 20_000 }).toEqual([]);
    await rehearsing.stop();
    await tickAt(app, app.now() + 2 * second);
    expect((await said(app, number)).at(-1)).toBe('Rehearsal: all 4 servers are ready.');
  });

  test('is left alone while its environment is deployed to, and where a share of the site is taken', async () => {
    const share = { name: 'releases', atOnce: 1 };
    app = await startApp([looking({}, preflight({ share }))]);
    const { number } = await requested(app);
    const other = await requested(app, { startsAt: null });
    await tickAt(app, hourBefore);
    const claim = { deployment: other.number, holder: 'test', at: app.now(), staleBefore: 0 };
    const lease = await app.store.claim(claim);
    const world = createWorld();
    const most = { underWay: 0, seen: 0, all: 0 };
    for (const server of servers)
      world.checks.set(`${server} preflight`, async () => {
        most.underWay += 1;
        most.all += 1;
        most.seen = Math.max(most.seen, most.underWay);
        await Promise.resolve();
        most.underWay -= 1;
        return { state: 'passed' };
      });
    let looks = 0;
    const rehearsing = startRehearsing({
      store: app.store,
      system: world.system,
      shares: createShares(),
      log,
      wantedChecks: async () => {
        looks += 1;
        return await checksWanted(app);
      },
      recordCheck: async (found) => await recordCheck(app, found),
    });
    await expect.poll(() => looks, { timeout: 20_000 }).toBeGreaterThan(1);
    expect(most.all).toBe(0);
    await app.store.commit({
      deployment: other.number,
      expectedVersion: null,
      fence: lease?.fence ?? null,
      at: app.now(),
      events: [{ type: 'missed', reason: 'x' }],
      releaseLease: true,
    });
    await expect.poll(async () => await checksWanted(app), { timeout: 20_000 }).toEqual([]);
    await rehearsing.stop();
    expect(most).toEqual({ underWay: 0, seen: 1, all: 4 });
    expect((await load(app, number)).preparation.rehearsal?.checked.size).toBe(4);
  });
});

describe('over real ways to servers', () => {
  if (!hasSshd()) return test.skip('needs the Debian package openssh-server', () => undefined);

  test('it is run beside the files of the revision, says its last line without a secret, and leaves nothing there', async () => {
    const sshd = await startSshd();
    const files = mkdtempSync(join(tmpdir(), 'll-preflight-'));
    writeFileSync(
      join(files, 'check.sh'),
      'echo looking\n[ "$LAMPLIGHTER_SERVER" = ndx-12 ] || exit 0\necho "disk 97 % of $LAMPLIGHTER_PASSWORD" >&2\necho\nexit 1\n',
    );
    const reached = (name: string, port: number): Server =>
      buildServer(name, {
        connection: {
          driver: 'ssh',
          host: sshd.host,
          port,
          user: execFileSync('id', ['-un'], { encoding: 'utf8' }).trim(),
          privateKey: { file: sshd.privateKeyFile },
          pin: { hostKey: sshd.hostKey },
          shell: 'sh',
          workDirectory: join(sshd.directory, 'work'),
          keepRevisions: 2,
        },
      });
    const here = join(files, '..', `here-${sshd.port}`);
    const onThisMachine = buildServer('ndx-30', { connection: { driver: 'local', workDirectory: here } });
    const fleet = [
      reached('ndx-01', sshd.port),
      reached('ndx-07', await freePort()),
      reached('ndx-12', sshd.port),
      onThisMachine,
    ];
    const environment = looking(
      { clusters: [buildCluster('main', fleet)], properties: { password: { file: '/the/password' } } },
      preflight({ run: 'sh ./check.sh' }),
    );
    app = await startApp([environment]);
    app.world.revisions = [buildRevision({ directory: files })];
    const needs = {
      drivers: {
        ssh: createSshDriver({
          readSecret: () => execFileSync('cat', [sshd.privateKeyFile], { encoding: 'utf8' }),
        }),
        local: createLocalDriver({ variables: process.env }),
      },
      readSecret: () => 'open-sesame',
      findRevisionChange: async () => null,
      maxOutputBytes: () => 1_000_000,
    };
    const { number } = await requested(app);
    await tickAt(app, hourBefore);
    const inspecting = startInspecting({
      store: app.store,
      system: createCommandSystem(needs),
      planToInspect: () => buildPlan(environment, { revisions: [] }),
      now: app.now,
      log,
    });
    const rehearsing = rehearse(createCommandSystem(needs));
    await expect.poll(async () => await app.store.unanswered(9), { timeout: 30_000 }).toEqual([]);
    await expect.poll(async () => await checksWanted(app), { timeout: 30_000 }).toEqual([]);
    await Promise.all([inspecting.stop(), rehearsing.stop()]);
    await tickAt(app, hourBefore + 2 * second);
    const [line = ''] = await said(app, number);
    expect(line).toMatch(
      /^\*Rehearsal\*: 2 of 4 ready: ndx-07 \(.*\) cannot be reached: ECONNREFUSED; ndx-12: disk 97 % of ••• \(step preflight\)\.$/,
    );
    for (const work of [join(sshd.directory, 'work'), here]) {
      expect(readdirSync(join(work, 'lent'))).toEqual([]);
      expect(existsSync(join(work, 'runs')) || existsSync(join(work, 'revisions'))).toBe(false);
    }
    await sshd.stop();
    for (const directory of [files, here]) rmSync(directory, { recursive: true });
  });
});
