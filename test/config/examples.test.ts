import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';

import { describe, expect, test } from 'vitest';

import { loadConfiguration } from '../../src/config/load-configuration.ts';
import type { Configuration } from '../../src/domain/configured/configuration.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import { edited, load, sample } from './sample.ts';

const directory = join(import.meta.dirname, '../../examples/config');

function example(name: string): {
  configuration: Configuration;
  environment: Environment;
  warnings: string[];
} {
  const loaded = loadConfiguration(join(directory, `${name}.yaml`));
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
  const [environment] = loaded.configuration.environments;
  return { ...loaded, environment: environment! };
}

function fromText(text: string): Configuration {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
  return loaded.configuration;
}

describe('the four complete configurations load', () => {
  test('Denodo with a shared cache: scripts, predefined variables, the two caches', () => {
    const { environment, warnings } = example('denodo-shared-cache');
    expect(warnings).toEqual([]);
    expect(environment.clusters[0]?.servers[0]).toMatchObject({
      name: 'vdp-1',
      variables: { name: 'vdp-1', host: 'vdp-1', port: '9996' },
      connection: { driver: 'postgres', host: 'vdp-1', port: 9996, password: { env: 'VDP' } },
    });
    expect(environment.scripts.disableServer).toEqual({
      run: join(directory, 'lb/disable_server.sh'),
      args: [{ variable: 'lb_ip' }, { variable: 'host' }],
      timeoutSeconds: 60,
      idempotent: false,
    });
    expect(environment.sharedCache).toEqual({
      primaryUrl: 'jdbc:postgresql://cache:5432/cache_a',
      secondaryUrl: 'jdbc:postgresql://cache:5432/cache_b',
    });
    expect(environment.notExecuted).toEqual([]);
  });

  test('Denodo with two clusters: windows, approval, schedule, a disabled cluster warns only', () => {
    const { configuration, environment, warnings } = example('denodo-two-clusters');
    expect(warnings).toEqual([expect.stringContaining('have no value for cluster apac')]);
    expect(environment).toMatchObject({
      timezone: 'Europe/Madrid',
      clusterStrategy: 'half-by-half',
      serverStrategy: null,
      minInService: 1,
      approval: {
        rules: [{ roles: ['promotion_admin'], required: 1 }],
        excludeRequester: true,
        expiresHours: 72,
      },
      schedule: { graceMinutes: 15, onMissed: 'ask', remindMinutes: [60, 10] },
      windows: [{ days: ['mon', 'tue', 'wed', 'thu'], from: '20:00', to: '23:30', name: null }],
    });
    expect(environment.notExecuted).toEqual([]);
    expect(environment.backupAfter).toEqual({ onFailure: 'warn' });
    expect(environment.sync).toMatchObject([{ name: 'data-catalog', clusters: ['eu'], elements: 'all' }]);
    expect(environment.payloads[1]).toMatchObject({ placement: 'first-in-cluster', run: 'always' });
    expect(environment.clusters.map(({ name, enabled }) => [name, enabled])).toEqual([
      ['eu', true],
      ['us', true],
      ['apac', false],
    ]);
    expect(environment.clusters[1]?.servers.map(({ enabled }) => enabled)).toEqual([true, false, true]);
    expect(environment.clusters[0]?.variables['lb_password']).toEqual({ env: 'F5_EU' });
    expect(configuration.roles['promotion']).toEqual({
      users: [],
      usergroups: ['S0DATADEV'],
      environmentKinds: ['development', 'staging'],
    });
  });

  test('thirty instruments: templates become servers, manual steps stay without a line', () => {
    const { environment } = example('ibex-30-instruments');
    expect(environment.clusters.map(({ servers }) => servers.length)).toEqual([2, 14, 14]);
    expect(environment.clusters[0]?.servers[1]?.connection).toEqual({
      driver: 'ssh',
      host: 'NDXSCIDEMO.isis.cclrc.ac.uk',
      port: 22,
      user: 'spudulike',
      privateKey: { file: '/run/secrets/ibex_key' },
      pin: { knownHosts: join(directory, 'known_hosts') },
      shell: 'powershell',
      workDirectory: '~/.lamplighter',
      keepRevisions: 5,
    });
    expect(environment.backupBefore).toBe(true);
    expect(environment.parallel).toEqual({ perCluster: 10, clustersInFlight: 1, pauseBetweenClusters: true });
    expect(environment.maxFailures).toEqual({ count: 2 });
    expect(environment.runbooks['install']).toMatchObject({ needsNoBackup: true });
    expect(environment.runbooks['install']?.steps[2]).toMatchObject({
      run: '',
      manual: expect.stringContaining('blocks are logging'),
      question: { deadlineMinutes: 60, defaultAnswer: 'stop' },
      notExecuted: [],
    });
    expect(environment.runbooks['release']?.steps[1]).toMatchObject({
      run: '',
      notify: 'owner',
      notExecuted: [],
    });
    expect(environment.runbooks['release']?.steps[10]).toMatchObject({ onError: 'ask', notExecuted: [] });
    expect(environment.runbooks['release']?.steps[7]).toMatchObject({ timeoutSeconds: 900, kind: 'apply' });
    expect(environment.notExecuted).toEqual([
      'deployments.timeBudgetMinutes',
      'connection.shell: powershell',
    ]);
  });

  test('OpCon: packages, and rule sets and housekeeping are named as not executed', () => {
    const { configuration, environment } = example('opcon-rules');
    expect(configuration.catalog.packages).toEqual([
      { name: 'PKG001', version: '2', revisions: ['SCHED_ABC@2', 'SCHED_DEF@5'] },
    ]);
    expect(configuration.catalog.revisions[0]?.source).toEqual({
      type: 'directory',
      path: join(directory, 'schedules/SCHED_ABC'),
    });
    expect(configuration.notExecuted).toEqual([
      'ruleSets',
      'catalog.packages.rules of PKG001@2',
      'housekeeping.archive',
      'housekeeping.databaseBackup',
    ]);
    expect(environment.notExecuted).toEqual(['system: opcon', 'deployments.transformations', 'ruleSets']);
  });
});

describe('what a file leaves out has its default', () => {
  test('of deployments, schedule, limits, steps and questions', () => {
    const configuration = fromText(sample);
    expect(configuration).toMatchObject({
      limits: { requestsPerHour: 30, outputMiB: 100 },
      adminChannel: null,
    });
    expect(configuration.environments[0]).toMatchObject({
      deploymentsEnabled: true,
      onServerFailure: 'stop',
      maxFailures: null,
      minInService: null,
      whenBusy: 'queue',
      questions: { deadlineMinutes: 30, defaultAnswer: 'stop' },
      schedule: { graceMinutes: 15, onMissed: 'run', remindMinutes: [] },
      readBack: { timeoutSeconds: 10 },
      payloads: [{ part: 'release', role: 'app', placement: 'every-server' }],
      notExecuted: [],
    });
  });

  test('relative paths are seen from the file, those of secrets too', () => {
    const file = join(directory, '../config/denodo-shared-cache.yaml');
    const loaded = load(sample);
    const [environment] = loaded.ok ? loaded.configuration.environments : [];
    const connection = environment?.clusters[0]?.servers[0]?.connection;
    expect(connection).toMatchObject({
      privateKey: { file: expect.stringMatching(/^\/.*lamplighter-config-\w+\/key$/) },
      pin: { knownHosts: expect.stringMatching(/^\/.*lamplighter-config-\w+\/known_hosts$/) },
    });
    expect(loadConfiguration(relative(process.cwd(), file))).toEqual(loadConfiguration(file));
  });

  test('a missed start asks in production and runs elsewhere', () => {
    expect(fromText(edited(['staging', 'production'])).environments[0]?.schedule.onMissed).toBe('ask');
  });
});

describe('keys the examples do not show', () => {
  test("one server's own data stands over its template, in the template's order", () => {
    const [environment] = fromText(
      edited([
        'serverNames: [app-1, app-2]',
        `serverNames: [app-1, app-2]
        servers:
          - { name: app-3 }
          - { name: app-1, owner: U0SCI, standby: true, connection: { hostKey: "ssh-ed25519 AAAAC3Nz" } }`,
      ]),
    ).environments;
    const servers = environment?.clusters[0]?.servers ?? [];
    expect(servers.map(({ name }) => name)).toEqual(['app-1', 'app-2', 'app-3']);
    expect(servers[0]).toMatchObject({
      owner: 'U0SCI',
      standby: true,
      connection: { host: 'app-1.lan', pin: { hostKey: 'ssh-ed25519 AAAAC3Nz' } },
    });
    expect(servers[2]).toMatchObject({ role: 'app', connection: { host: 'app-3.lan' } });
  });

  test('a server of another driver takes nothing from the template; on this machine its address is 127.0.0.1', () => {
    const [environment] = fromText(
      edited(['serverNames: [app-1, app-2]', 'servers: [{ name: here, connection: { driver: local } }]']),
    ).environments;
    expect(environment?.clusters[0]?.servers[0]).toMatchObject({
      connection: { driver: 'local', workDirectory: join(homedir(), '.lamplighter') },
      variables: { name: 'here', host: '127.0.0.1', port: '' },
    });
  });

  test('everything of KEYS that an environment may say is read', () => {
    const configuration = fromText(
      edited(
        [
          'serverStrategy: one-by-one',
          `serverStrategy: one-by-one
      stepTimeoutMinutes: 3
      questions: { deadlineMinutes: 5, default: skip }
      maxFailures: "10%"
      whenBusy: refuse
      rollback: { runbook: release, onFirstServerFailure: false, countdownSeconds: 600, lockAfter: true }`,
        ],
        [
          'approval: { required: 1, from: [promotion_admin] }',
          `approval: { from: [{ role: promotion_admin, required: 1 }, { role: owner, required: 1 }], remindMinutes: [120], breakGlass: { persons: 2, minutes: 60 } }
    timezone: Europe/London
    watcher: { outside: ["08:00", "18:00"], from: [promotion_admin], confirmMinutes: 15, ifAbsent: pause }
    rehearsal: { minutesBefore: [1440, 60] }
    ownerConsent: { minutesBefore: 60, silence: yes }`,
        ],
        ['to: "23:00" }', 'to: "23:30", atEnd: no-new-server }'],
        ['reason: year end', 'reason: year end, override: { from: [promotion_admin], persons: 2 }'],
        [
          'run: "./start.sh" }',
          'run: "./start.sh", share: releases, idempotent: true }\n          - { id: reboot, reboot: true, waitMinutes: 10 }',
        ],
        [
          'environments:',
          'limits: { requestsPerHour: 5, outputMiB: 1, shares: { releases: 5 } }\nhttpAllow: ["cache:443"]\nadminChannel: C0ADMIN\nenvironments:',
        ],
        [
          '- { name: shop, source: { type: directory, path: ./revisions/shop } }',
          '- { name: shop, source: { type: git, repository: ../repo.git, path: shop, tag: "shop-{version}" } }',
        ],
      ),
    );
    const [environment] = configuration.environments;
    expect(environment).toMatchObject({
      timezone: 'Europe/London',
      maxFailures: { percent: 10 },
      whenBusy: 'refuse',
      questions: { deadlineMinutes: 5, defaultAnswer: 'skip' },
      approval: {
        rules: [
          { roles: ['promotion_admin'], required: 1 },
          { roles: ['owner'], required: 1 },
        ],
        breakGlass: { persons: 2, minutes: 60 },
      },
    });
    expect(environment?.runbooks['release']?.steps.map(({ timeoutSeconds }) => timeoutSeconds)).toEqual([
      180, 180, 180,
    ]);
    expect(environment?.runbooks['release']?.steps.map(({ notExecuted }) => notExecuted)).toEqual([
      [],
      [],
      ['reboot'],
    ]);
    expect(environment?.runbooks['release']?.steps.map(({ share }) => share)).toEqual([
      null,
      { name: 'releases', atOnce: 5 },
      null,
    ]);
    expect(environment?.notExecuted).toEqual([]);
    expect(environment).toMatchObject({
      watcher: {
        outside: ['08:00', '18:00'],
        from: ['promotion_admin'],
        confirmMinutes: 15,
        ifAbsent: 'pause',
      },
      rehearsal: { minutesBefore: [1440, 60] },
      ownerConsent: { minutesBefore: 60, silence: 'yes' },
    });
    expect(environment?.windows).toMatchObject([{ to: '23:30', atEnd: 'no-new-server' }]);
    expect(environment?.freezes).toEqual([
      {
        from: '2026-12-24T00:00',
        to: '2027-01-02T00:00',
        reason: 'year end',
        override: { from: ['promotion_admin'], persons: 2 },
      },
    ]);
    expect(configuration.notExecuted).toEqual([]);
    expect(configuration.limits).toEqual({ requestsPerHour: 5, outputMiB: 1 });
    expect(configuration.catalog.revisions[0]?.source).toMatchObject({ type: 'git', tag: 'shop-{version}' });
  });

  test('an anchor may be used where the same stands twice', () => {
    const [environment] = fromText(
      edited(
        ['connection: { driver', 'connection: &way { driver'],
        [
          'serverNames: [app-1, app-2]',
          'servers: [{ name: a }, { name: b, connection: { <<: *way, port: 23 } }]',
        ],
      ),
    ).environments;
    expect(environment?.clusters[0]?.servers.map(({ variables }) => variables['port'])).toEqual(['22', '23']);
  });
});

test('loading reads this one file and nothing it names', () => {
  // Neither revisions, scripts, keys nor known hosts of the examples exist.
  const text = readFileSync(join(directory, 'ibex-30-instruments.yaml'), 'utf8');
  expect(load(text).ok).toBe(true);
});
