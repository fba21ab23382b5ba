import { afterEach, describe, expect, test } from 'vitest';

import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { cancelDeployment } from '../../src/app/cancel-deployment.ts';
import { excludeServer, includeServer } from '../../src/app/exclude-server.ts';
import { dueHandlers } from '../../src/app/handle-due.ts';
import { rehearseAgain } from '../../src/app/rehearse-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { ServerAnswer } from '../../src/domain/plan/inspection.ts';
import { startInspecting } from '../../src/executor/inspect-asked.ts';
import { startApp, type TestApp, tuesdayMorning } from '../helpers/app.ts';
import { buildEnvironment, buildPlan, buildSingleCluster } from '../helpers/build.ts';
import { load, messagesOf, requested, said, startsAt, tickAt, value } from '../helpers/prepared.ts';
import { createWorld } from '../helpers/world.ts';

const minute = 60_000;
const second = 1_000;
const rehearsal = { minutesBefore: [1_440, 60] };
let app: TestApp;

afterEach(async () => await app.store.close());

const start = async (environment: Environment) => void (app = await startApp([environment]));

const fine: ServerAnswer = { problem: null, readBack: 'shop@1' };
const full: ServerAnswer = { problem: 'web-3: its disk is 97 % full', readBack: null };

/** What servers say of themselves when they are looked at. */
async function answers(each: Record<string, ServerAnswer>): Promise<void> {
  for (const [server, answer] of Object.entries(each))
    await app.store.answerFor({ environment: 'shop', server }, { at: app.now(), answer });
}

/** The rehearsal an hour before, in which all answer so. */
async function rehearsed(each: Record<string, ServerAnswer>): Promise<number> {
  const { number } = await requested(app);
  await tickAt(app, startsAt - 60 * minute);
  await answers(each);
  await tickAt(app, startsAt - 60 * minute + 2 * second);
  return number;
}

/** A deployment from before, which left this on a server. */
async function leave(server: string, to: string): Promise<void> {
  const base = { by: 'U0ANA', startsAt: null, zone: 'UTC', typed: null, planHash: 'before' };
  const first = {
    ...base,
    type: 'requested',
    reason: 'before',
    expiresAt: null,
    acceptedWarnings: 0,
  } as const;
  await app.store.createDeployment({
    ...base,
    environment: 'shop',
    title: 'shop@0',
    channel: 'C0SHOP',
    plan: buildPlan(single()),
    requestKey: 'before',
    requestedBy: 'U0ANA',
    at: tuesdayMorning,
    events: [
      first,
      { type: 'attempt_started', attempt: 1, servers: [server], fence: 1 },
      { type: 'server_ended', server, state: 'ok', message: null, to },
      { type: 'attempt_ended', attempt: 1, state: 'ok', endedBy: 'completion' },
    ],
    due: [],
    quota: null,
  });
}

const servers = ['web-1', 'web-2', 'web-3', 'web-4'];
const single = (more: Partial<Environment> = {}): Environment =>
  buildSingleCluster(servers, { rehearsal, ...more });
const allFine = Object.fromEntries(servers.map((name) => [name, fine]));

describe('the rehearsal', () => {
  test('asks every planned server at each of its minutes, and says in one quiet line that all are ready', async () => {
    await start(single());
    const { number } = await requested(app);
    // The first of the two lies in the past already: it is held at once.
    await tickAt(app, tuesdayMorning);
    expect((await app.store.unanswered(9)).map(({ server }) => server)).toEqual(servers);
    await answers(allFine);
    await tickAt(app, tuesdayMorning + 2 * second);
    await tickAt(app, startsAt - 60 * minute, 3);
    await answers(allFine);
    await tickAt(app, startsAt - 59 * minute, 3);
    expect(await said(app, number)).toEqual([
      'Rehearsal: all 4 servers are ready.',
      'Rehearsal: all 4 servers are ready.',
    ]);
  });

  test('names each server that is not ready with what was found, and counts the others', async () => {
    await start(single());
    const number = await rehearsed({
      ...allFine,
      'web-3': full,
      'web-1': { problem: 'web-1 cannot be reached', readBack: null },
    });
    expect(await said(app, number)).toEqual([
      '*Rehearsal*: 2 of 4 ready: web-1 cannot be reached; web-3: its disk is 97 % full.',
    ]);
  });

  test('says of a server that did not answer only that, once the time is up, and not that it is ready', async () => {
    await start(single());
    const { 'web-4': _, ...others } = allFine;
    const number = await rehearsed(others);
    expect(await said(app, number)).toEqual([]);
    await tickAt(app, startsAt - 60 * minute + 320 * second);
    expect(await said(app, number)).toEqual(['*Rehearsal*: 3 of 4 ready: no answer yet from web-4.']);
  });

  test('takes no answer from before it was asked for', async () => {
    await start(single());
    const { number } = await requested(app);
    await app.store.askServers('shop', servers, tuesdayMorning);
    await answers(allFine);
    await tickAt(app, startsAt - 60 * minute);
    await tickAt(app, startsAt - 60 * minute + 320 * second);
    expect((await said(app, number)).at(-1)).toContain('0 of 4 ready');
  });

  test('is answered by whoever looks at servers for people, and nothing is drained or deployed', async () => {
    await start(single());
    const { number } = await requested(app);
    await tickAt(app, startsAt - 60 * minute);
    const world = createWorld();
    world.unreachable.add('web-2');
    const inspecting = startInspecting({
      store: app.store,
      system: world.system,
      planToInspect: () => buildPlan(single()),
      now: app.now,
      log: { error: (...problem: unknown[]) => expect(problem).toBeNull() },
    });
    await expect.poll(async () => await app.store.unanswered(9), { timeout: 20_000 }).toEqual([]);
    await inspecting.stop();
    await tickAt(app, startsAt - 60 * minute + 2 * second);
    expect(await said(app, number)).toEqual(['*Rehearsal*: 3 of 4 ready: web-2 cannot be reached.']);
    expect(world.done).toEqual([]);
  });

  test('finds drift, where drift is looked for', async () => {
    await start(single({ drift: 'ask' }));
    await leave('web-2', 'shop@0');
    const number = await rehearsed(allFine);
    expect((await said(app, number)).at(-1)).toContain(
      '3 of 4 ready: web-2 runs `shop@1`, and the last deployment left `shop@0` there.',
    );
  });

  test('tells that the plan is not the approved one any more, and voids nothing', async () => {
    await start(single());
    const { number, planHash } = await requested(app);
    app.world.scripts.set('/lb/disable-server', 'another digest');
    await tickAt(app, startsAt - 60 * minute);
    await answers(allFine);
    await tickAt(app, startsAt - 60 * minute + 2 * second);
    expect((await said(app, number)).at(-1)).toMatch(
      /\*Against the start\*: the plan is not what was approved: /,
    );
    expect((await load(app, number)).planHash).toBe(planHash);
  });

  test('tells where the load balancer stands against the capacity floor, group by group', async () => {
    const scripts = buildEnvironment().scripts;
    await start(single({ minInService: 2, scripts: { ...scripts, statusServer: scripts.enableServer } }));
    const down: ServerAnswer = { ...fine, balancer: 'down' };
    const up: ServerAnswer = { ...fine, balancer: 'up' };
    const number = await rehearsed({ 'web-1': up, 'web-2': up, 'web-3': down, 'web-4': down });
    expect((await said(app, number)).at(-1)).toContain(
      '*Against the start*: 2 servers are in service; taking 1 out would leave 1, and the floor is 2.',
    );
  });

  test('that finds another deployment at work says that nobody looks at the servers meanwhile', async () => {
    await start(single());
    const { number } = await requested(app);
    const other = await requested(app, { startsAt: null });
    await app.store.claim({ deployment: other.number, holder: 'test', at: app.now(), staleBefore: 0 });
    await tickAt(app, startsAt - 60 * minute);
    await tickAt(app, startsAt - 60 * minute + 320 * second);
    expect((await said(app, number)).at(-1)).toContain(
      '*Against the start*: #2 runs in `shop`, and nobody looks at its servers meanwhile.',
    );
  });

  test('that was slept over is held once', async () => {
    await start(single());
    const { number } = await requested(app);
    await tickAt(app, startsAt - minute, 3);
    await answers(allFine);
    await tickAt(app, startsAt - minute + 20 * second, 3);
    expect(await said(app, number)).toEqual(['Rehearsal: all 4 servers are ready.']);
    const events = await app.store.eventsAfter(number, 0);
    expect(events.filter(({ event }) => event.type === 'rehearsal_asked')).toHaveLength(1);
  });

  test('is not held after the start', async () => {
    await start(single());
    const { number } = await requested(app);
    await tickAt(app, startsAt);
    expect(await app.store.unanswered(9)).toEqual([]);
    expect(await said(app, number)).toEqual(['Its hour has come.']);
  });

  test('is not held for what was cancelled', async () => {
    await start(single());
    const { number } = await requested(app);
    value(await cancelDeployment(app, { by: 'U0ANA', number }));
    await tickAt(app, startsAt - 60 * minute);
    expect(await app.store.unanswered(9)).toEqual([]);
  });

  test('goes on where the process that asked was killed before anybody answered', async () => {
    await start(single());
    const { number } = await requested(app);
    // It was killed after the question and before its row was gone: the row comes again.
    const due = { kind: 'rehearsal' as const, deployment: number, at: startsAt - 60 * minute };
    app.clock.now = due.at;
    await dueHandlers(app).rehearsal(due);
    await dueHandlers(app).rehearsal(due);
    await answers(allFine);
    await tickAt(app, startsAt - 58 * minute, 3);
    expect(await said(app, number)).toEqual(['Rehearsal: all 4 servers are ready.']);
  });

  test('is held once more by whoever may decide about the deployment, and by nobody else', async () => {
    await start(single());
    const number = await rehearsed({ ...allFine, 'web-3': full });
    app.world.standing.set('U0EVE', 'guest');
    expect(messagesOf(await rehearseAgain(app, { by: 'U0EVE', number }))).toMatch(/Guests may not/);
    value(await rehearseAgain(app, { by: 'U0ANA', number }));
    expect(messagesOf(await rehearseAgain(app, { by: 'U0BEN', number }))).toMatch(/being looked at already/);
    await answers(allFine);
    await tickAt(app, app.now() + 2 * second);
    expect((await said(app, number)).at(-1)).toBe('Rehearsal: all 4 servers are ready.');
  });
});

describe('a server that is not ready', () => {
  test('is excluded by name and person, and the approval of the rest stays', async () => {
    const approval = {
      rules: [{ roles: ['promotion_admin'], required: 1 }],
      excludeRequester: true,
      expiresHours: 72,
      remindMinutes: [],
    };
    await start(single({ approval }));
    const { number, planHash } = await requested(app);
    value(await approveDeployment(app, { by: 'U0BEN', number, planHash }));
    await tickAt(app, startsAt - 60 * minute);
    await answers({ ...allFine, 'web-3': full });
    await tickAt(app, startsAt - 58 * minute);
    expect(value(await excludeServer(app, { by: 'U0ANA', number, server: 'web-3' })).servers).toEqual([
      'web-3',
    ]);
    const deployment = await load(app, number);
    expect(deployment).toMatchObject({ state: 'scheduled', planHash, votes: [{ by: 'U0BEN' }] });
    expect([...deployment.preparation.excluded.keys()]).toEqual(['web-3']);
    expect((await said(app, number)).at(-1)).toBe(
      '<@U0ANA> excludes *web-3*: its disk is 97 % full. It is left as it is. The approval of the rest stays.',
    );
  });

  test('is excluded once: whoever comes later is told who and when', async () => {
    await start(single());
    const number = await rehearsed({ ...allFine, 'web-3': full });
    value(await excludeServer(app, { by: 'U0ANA', number, server: 'web-3' }));
    expect(messagesOf(await excludeServer(app, { by: 'U0BEN', number, server: 'web-3' }))).toBe(
      'web-3 was already excluded from #1 by <@U0ANA> at 17 Nov 2026 20:00 Europe/Madrid.',
    );
  });

  test('is included again before the start, and only once', async () => {
    await start(single());
    const number = await rehearsed({ ...allFine, 'web-3': full });
    value(await excludeServer(app, { by: 'U0ANA', number, server: 'web-3' }));
    value(await includeServer(app, { by: 'U0BEN', number, server: 'web-3' }));
    expect((await load(app, number)).preparation.excluded.size).toBe(0);
    expect(messagesOf(await includeServer(app, { by: 'U0ANA', number, server: 'web-3' }))).toMatch(
      /included it again already/,
    );
  });

  test('is not excluded by somebody who may not deploy there', async () => {
    await start(single());
    const number = await rehearsed({ ...allFine, 'web-3': full });
    expect(messagesOf(await excludeServer(app, { by: 'U0CAT', number, server: 'web-3' }))).toMatch(
      /You may not decide about #1/,
    );
    expect((await load(app, number)).preparation.excluded.size).toBe(0);
  });

  test('that is ready by now is not excluded by an older button', async () => {
    await start(single());
    const number = await rehearsed({ ...allFine, 'web-3': full });
    value(await rehearseAgain(app, { by: 'U0ANA', number }));
    await answers(allFine);
    await tickAt(app, app.now() + 2 * second);
    expect(messagesOf(await excludeServer(app, { by: 'U0ANA', number, server: 'web-3' }))).toMatch(
      /web-3 was ready/,
    );
  });

  test('takes the whole cluster with it where that leaves the load balancer as one', async () => {
    await start(buildEnvironment({ rehearsal }));
    const number = await rehearsed({ ...allFine, 'web-3': full });
    expect(value(await excludeServer(app, { by: 'U0ANA', number, server: 'web-3' })).servers).toEqual([
      'web-3',
      'web-4',
    ]);
    value(await includeServer(app, { by: 'U0ANA', number, server: 'web-3' }));
    expect((await load(app, number)).preparation.excluded.size).toBe(0);
  });

  test('is not the last one to be left out: that is a cancellation', async () => {
    await start(buildSingleCluster(['web-1'], { rehearsal, minInService: 0 }));
    const number = await rehearsed({ 'web-1': { problem: 'web-1 cannot be reached', readBack: null } });
    expect(messagesOf(await excludeServer(app, { by: 'U0ANA', number, server: 'web-1' }))).toBe(
      'Without web-1 nothing of #1 is left to deploy.',
    );
  });

  test('is looked at with the capacity floor of the rest once it is left out', async () => {
    const scripts = buildEnvironment().scripts;
    await start(single({ minInService: 3, scripts: { ...scripts, statusServer: scripts.enableServer } }));
    const up: ServerAnswer = { ...fine, balancer: 'up' };
    const number = await rehearsed({
      'web-1': up,
      'web-2': up,
      'web-4': up,
      'web-3': { ...full, balancer: 'down' },
    });
    value(await excludeServer(app, { by: 'U0ANA', number, server: 'web-3' }));
    expect((await said(app, number)).at(-1)).toContain(
      '*Capacity*: 3 servers are in service; taking 1 out would leave 2, and the floor is 3.',
    );
  });

  test('is neither excluded nor included once it has begun', async () => {
    await start(single());
    const number = await rehearsed({ ...allFine, 'web-3': full });
    app.clock.now = startsAt;
    await startDeployment(app, number);
    const lease = await app.store.claim({
      deployment: number,
      holder: 'test',
      at: app.now(),
      staleBefore: 0,
    });
    await app.store.commit({
      deployment: number,
      expectedVersion: null,
      fence: lease?.fence ?? 0,
      at: app.now(),
      events: [{ type: 'attempt_started', attempt: 1, servers, fence: lease?.fence ?? 0 }],
    });
    for (const decide of [excludeServer, includeServer])
      expect(messagesOf(await decide(app, { by: 'U0ANA', number, server: 'web-3' }))).toBe(
        '#1 began at 17 Nov 2026 21:00 Europe/Madrid, so nothing of this can be decided any more.',
      );
    expect(messagesOf(await rehearseAgain(app, { by: 'U0ANA', number }))).toMatch(/^#1 began/);
  });
});
