import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from 'vitest';

import { admitDeployment } from '../../src/app/admit-deployment.ts';
import { excludeServer, includeServer } from '../../src/app/exclude-server.ts';
import { dueHandlers } from '../../src/app/handle-due.ts';
import { agreeForOwner, ownerAgrees, ownerRefuses } from '../../src/app/owner-answer.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import { startApp, type TestApp } from '../helpers/app.ts';
import { buildEnvironment, buildServer, buildSingleCluster } from '../helpers/build.ts';
import { load, messagesOf, requested, said, startsAt, tickAt, value } from '../helpers/prepared.ts';

const hour = 3_600_000;
let app: TestApp;

afterEach(async () => await app.store.close());

const servers = [
  buildServer('web-1', { owner: 'U0SCI' }),
  buildServer('web-2', { owner: 'U0MUON' }),
  buildServer('web-3', { owner: 'U0SCI' }),
  buildServer('web-4'),
];

/** The hour before the start at which owners are asked. */
async function asked(silence: 'yes' | 'no' = 'yes', more: Partial<Environment> = {}): Promise<number> {
  const [main] = buildSingleCluster([]).clusters;
  const clusters = [{ ...main!, servers }];
  app = await startApp([
    buildSingleCluster([], { clusters, ownerConsent: { minutesBefore: 60, silence }, ...more }),
  ]);
  const { number } = await requested(app);
  await tickAt(app, startsAt - hour, 3);
  return number;
}

const excluded = async (number: number) => [...(await load(app, number)).preparation.excluded.keys()];

describe('owners of servers', () => {
  test('are asked once, an hour before, each about their own', async () => {
    const number = await asked();
    await dueHandlers(app).consent({ kind: 'consent', deployment: number, at: startsAt - hour });
    expect(await said(app, number)).toEqual([
      'Owners are asked: <@U0SCI> for web-1, web-3; <@U0MUON> for web-2. They may answer until 20:00; no answer counts as yes.',
    ]);
  });

  test('who say fine are written down, once', async () => {
    const number = await asked('no');
    expect(value(await ownerAgrees(app, { by: 'U0SCI', number })).servers).toEqual(['web-1', 'web-3']);
    expect(messagesOf(await ownerAgrees(app, { by: 'U0SCI', number }))).toBe(
      '#1 was already agreed to by <@U0SCI> at 17 Nov 2026 20:00 Europe/Madrid.',
    );
    expect((await said(app, number)).at(-1)).toBe('<@U0SCI> agrees for web-1, web-3.');
  });

  test('who say not tonight have their servers left out in their name, with their reason', async () => {
    const number = await asked();
    expect(messagesOf(await ownerRefuses(app, { by: 'U0SCI', number, reason: ' ' }))).toBe(
      'A reason is missing.',
    );
    value(await ownerRefuses(app, { by: 'U0SCI', number, reason: 'beam is on' }));
    expect(await excluded(number)).toEqual(['web-1', 'web-3']);
    expect((await load(app, number)).preparation.excluded.get('web-1')).toMatchObject({
      by: 'U0SCI',
      reason: 'beam is on',
    });
    expect((await said(app, number)).at(-1)).toBe(
      '*Not tonight*: <@U0SCI> excludes web-1, web-3: beam is on.',
    );
    expect(messagesOf(await ownerRefuses(app, { by: 'U0SCI', number, reason: 'still' }))).toMatch(
      /web-1, web-3 were already excluded from #1 by <@U0SCI> at 17 Nov 2026 20:00/,
    );
  });

  test('may change their mind either way until the start', async () => {
    const number = await asked('no');
    value(await ownerAgrees(app, { by: 'U0SCI', number }));
    value(await ownerRefuses(app, { by: 'U0SCI', number, reason: 'beam is on' }));
    expect((await load(app, number)).preparation.agreed.has('U0SCI')).toBe(false);
    value(await ownerAgrees(app, { by: 'U0SCI', number }));
    expect(await excluded(number)).toEqual([]);
    expect((await load(app, number)).preparation.agreed.has('U0SCI')).toBe(true);
  });

  test('are the only ones who take their own no back', async () => {
    const number = await asked();
    value(await ownerRefuses(app, { by: 'U0SCI', number, reason: 'beam is on' }));
    expect(messagesOf(await includeServer(app, { by: 'U0ANA', number, server: 'web-1' }))).toBe(
      'web-1 is excluded in the name of its owner <@U0SCI>.',
    );
    value(await includeServer(app, { by: 'U0SCI', number, server: 'web-1' }));
    expect(await excluded(number)).toEqual([]);
  });

  test('decide about nothing that is not theirs', async () => {
    const number = await asked();
    for (const answer of [
      ownerAgrees(app, { by: 'U0ANA', number }),
      ownerRefuses(app, { by: 'U0ANA', number, reason: 'no' }),
    ])
      expect(messagesOf(await answer)).toBe('You were not asked about #1: you own none of its servers.');
  });

  test('who answer too late are told that it began', async () => {
    const number = await asked();
    await tickAt(app, startsAt);
    await begin(number);
    expect(messagesOf(await ownerRefuses(app, { by: 'U0SCI', number, reason: 'beam is on' }))).toBe(
      '#1 began at 17 Nov 2026 21:00 Europe/Madrid, so nothing of this can be decided any more.',
    );
  });

  test('of a cluster that leaves the load balancer as one take all of it out', async () => {
    const clusters = buildEnvironment().clusters.map((cluster) => ({
      ...cluster,
      servers: cluster.servers.map((server) => ({
        ...server,
        owner: server.name === 'web-1' ? 'U0SCI' : null,
      })),
    }));
    const number = await asked('yes', {
      ...buildEnvironment(),
      ownerConsent: { minutesBefore: 60, silence: 'yes' },
      clusters,
    });
    value(await ownerRefuses(app, { by: 'U0SCI', number, reason: 'beam is on' }));
    expect(await excluded(number)).toEqual(['web-1', 'web-2']);
  });
});

describe('an answer to a process that was killed in between', () => {
  test('counts in the next one, whose start leaves out what the owner said', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'll-consent-'));
    const [main] = buildSingleCluster([]).clusters;
    const environment = buildSingleCluster([], {
      clusters: [{ ...main!, servers }],
      ownerConsent: { minutesBefore: 60, silence: 'no' },
    });
    const file = join(directory, 'bot.sqlite');
    app = await startApp([environment], file);
    const { number } = await requested(app);
    await tickAt(app, startsAt - hour);
    await app.store.close();
    app = await startApp([environment], file);
    app.clock.now = startsAt - hour / 2;
    value(await ownerAgrees(app, { by: 'U0MUON', number }));
    value(await ownerRefuses(app, { by: 'U0SCI', number, reason: 'beam is on' }));
    await app.store.close();
    app = await startApp([environment], file);
    await tickAt(app, startsAt);
    expect(await excluded(number)).toEqual(['web-1', 'web-3']);
    expect((await said(app, number)).filter((line) => line.startsWith('Owners are asked'))).toHaveLength(1);
    rmSync(directory, { recursive: true });
  });
});

describe('a start without an hour', () => {
  test('warns whoever requests that owners are not asked; one with an hour does not', async () => {
    const number = await asked();
    expect((await load(app, number)).warnings).toEqual([]);
    const { warnings } = await requested(app, { startsAt: null });
    expect(warnings).toEqual([
      {
        rule: 'ownerConsent',
        message:
          'The owners of web-1, web-3, web-2 are not asked: it has no hour before which there is time.',
      },
    ]);
  });
});

describe('silence', () => {
  test('that counts as yes leaves nothing out', async () => {
    const number = await asked('yes');
    await tickAt(app, startsAt, 3);
    expect(await excluded(number)).toEqual([]);
    expect((await load(app, number)).state).toBe('queued');
  });

  test('that counts as no leaves the server out in the name of its owner, told once', async () => {
    const number = await asked('no');
    value(await ownerAgrees(app, { by: 'U0SCI', number }));
    await tickAt(app, startsAt, 3);
    expect(await excluded(number)).toEqual(['web-2']);
    expect((await said(app, number)).slice(-2)).toEqual([
      '*Excluded*: web-2, because its owner <@U0MUON> did not answer, and silence counts as no.',
      'Its hour has come.',
    ]);
  });

  test('that leaves nothing to deploy is a start that is not made, and says why', async () => {
    const number = await asked('no', {
      clusters: [{ ...buildSingleCluster([]).clusters[0]!, servers: servers.slice(0, 3) }],
    });
    await tickAt(app, startsAt);
    const lease = await app.store.claim({
      deployment: number,
      holder: 'test',
      at: app.now(),
      staleBefore: 0,
    });
    expect(await admitDeployment(app, lease!)).toBe(false);
    expect((await load(app, number)).state).toBe('missed');
    expect((await said(app, number)).at(-1)).toBe('Not started: every server of it was excluded.');
  });
});

describe('an owner who is no member any more', () => {
  const leave = async (silence: 'yes' | 'no') => {
    const [main] = buildSingleCluster([]).clusters;
    app = await startApp([
      buildSingleCluster([], {
        clusters: [{ ...main!, servers }],
        ownerConsent: { minutesBefore: 60, silence },
      }),
    ]);
    app.world.standing.set('U0MUON', 'deactivated');
    const { number } = await requested(app);
    await tickAt(app, startsAt - hour);
    return number;
  };

  test('is named in the thread, and the requester leaves the server out', async () => {
    const number = await leave('yes');
    expect((await said(app, number)).at(-1)).toContain(
      '<@U0MUON> for web-2 cannot be asked, because the account is gone or no member: <@U0ANA> decides.',
    );
    expect(messagesOf(await excludeServer(app, { by: 'U0CAT', number, server: 'web-2' }))).toMatch(
      /You may not decide/,
    );
    value(await excludeServer(app, { by: 'U0ANA', number, server: 'web-2' }));
    expect(await excluded(number)).toEqual(['web-2']);
  });

  test('or has it deployed to all the same, and then no silence counts', async () => {
    const number = await leave('no');
    expect(messagesOf(await agreeForOwner(app, { by: 'U0CAT', number, owner: 'U0MUON' }))).toMatch(
      /You may not decide/,
    );
    expect(messagesOf(await agreeForOwner(app, { by: 'U0ANA', number, owner: 'U0SCI' }))).not.toBe('');
    value(await agreeForOwner(app, { by: 'U0ANA', number, owner: 'U0MUON' }));
    value(await ownerAgrees(app, { by: 'U0SCI', number }));
    await tickAt(app, startsAt);
    expect(await excluded(number)).toEqual([]);
  });
});

async function begin(number: number): Promise<void> {
  const lease = await app.store.claim({ deployment: number, holder: 'test', at: app.now(), staleBefore: 0 });
  const fence = lease?.fence ?? 0;
  await app.store.commit({
    deployment: number,
    expectedVersion: null,
    fence,
    at: app.now(),
    events: [{ type: 'attempt_started', attempt: 1, servers: ['web-1'], fence }],
  });
}
