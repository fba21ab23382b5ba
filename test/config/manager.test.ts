import { describe, expect, test } from 'vitest';

import { makePlan } from '../../src/domain/plan/make-plan.ts';
import { liveServers, mainRole } from '../../src/domain/plan/plan.ts';
import { buildRevision } from '../helpers/build.ts';
import { load } from './sample.ts';

const through = `version: 1
timezone: Europe/Madrid
environments:
  denodo-production:
    kind: production
    system: denodo-solution-manager
    channel: C0DENODO
    deployments: { paradigm: simple, topology: single-cluster }
    manager: { baseUrl: "https://sm.lan:10090/", environmentId: 3, user: deploy, password: { env: SM }, ca: ./ca.pem }
    payloads:
      vql: { role: vdp }
      scheduler: { role: scheduler, placement: first-in-cluster, run: marked }
`;

function edited(from: string, to: string): string {
  if (!through.includes(from)) throw new Error(`the file does not hold ${from}`);
  return through.replace(from, () => to);
}

function loaded(text: string) {
  const result = load(text);
  if (!result.ok) throw new Error(result.faults.join('\n'));
  const [environment] = result.configuration.environments;
  if (!environment) throw new Error('no environment');
  return { environment, warnings: result.warnings };
}

function faults(text: string): string[] {
  const result = load(text);
  return result.ok ? [] : result.faults;
}

describe('an environment that is deployed to through a Solution Manager', () => {
  test('needs no clusters: the Solution Manager stands as its one server, with the role of the first payload', () => {
    const { environment, warnings } = loaded(through);
    expect(warnings).toEqual([]);
    expect(environment.notExecuted).toEqual([]);
    expect(mainRole(environment)).toBe('vdp');
    expect(environment.clusters).toMatchObject([{ name: 'solution-manager', enabled: true }]);
    expect(environment.clusters.flatMap((cluster) => liveServers(environment, cluster))).toMatchObject([
      {
        name: 'solution-manager',
        connection: {
          driver: 'http',
          baseUrl: 'https://sm.lan:10090',
          user: 'deploy',
          password: { env: 'SM' },
          tls: { verify: true, ca: expect.stringMatching(/^\/.*\/ca\.pem$/) },
        },
        variables: { name: 'solution-manager', host: 'sm.lan', port: '10090' },
      },
    ]);
  });

  test('is planned as one deployment of one server, whatever the revisions hold', () => {
    const plan = makePlan({
      environment: loaded(through).environment,
      revisions: [buildRevision(), buildRevision({ name: 'other' })],
      package: null,
      scriptDigests: {},
      serverFilter: null,
      undoes: null,
    });
    expect(plan.groups).toEqual([['solution-manager']]);
    expect(plan.tasks).toMatchObject([
      { type: 'SERVER_DEPLOYMENT', server: 'solution-manager', phase: 'server' },
    ]);
  });

  test('keeps one cluster, whatever else is written, and says what is not used', () => {
    const clusters =
      '    clusters: [{ name: eu, servers: [{ name: vdp-1, role: vdp, connection: { driver: local } }] }]\n';
    const { environment, warnings } = loaded(
      edited('topology: single-cluster', 'topology: several-clusters, clusterStrategy: one-by-one') +
        clusters,
    );
    expect(environment).toMatchObject({ topology: 'single-cluster', clusterStrategy: null });
    expect(environment.clusters.map(({ name }) => name)).toEqual(['solution-manager']);
    expect(warnings).toEqual([
      expect.stringContaining('clusterStrategy: is not used: the Solution Manager decides it'),
      expect.stringContaining('clusters: is not used: the Solution Manager deploys to those that it knows'),
    ]);
  });

  test.each<[string, string, string, string]>([
    [
      'without a manager',
      '    manager: { baseUrl: "https://sm.lan:10090/", environmentId: 3, user: deploy, password: { env: SM }, ca: ./ca.pem }\n',
      '',
      'manager: is missing; system denodo-solution-manager is reached by it',
    ],
    [
      'with paradigm online',
      'paradigm: simple',
      'paradigm: online',
      'must be simple with system denodo-solution-manager',
    ],
    ['with an address that is none', 'https://sm.lan:10090/', 'sm.lan', 'must be a URL such as'],
    [
      'with a login in its address',
      'https://sm.lan',
      'https://deploy:pw@sm.lan',
      'holds a login of the Solution Manager',
    ],
    ['with words behind its path', ':10090/', ':10090/?a=b', 'ends behind the path'],
    [
      'with tls off and https',
      'user: deploy',
      'tls: off, user: deploy',
      'off goes with an http address only',
    ],
    ['with an authority and http', 'https://sm.lan', 'http://sm.lan', 'needs an https address'],
  ])('is refused %s', (_claim, from, to, sentence) => {
    expect(faults(edited(from, to))).toContainEqual(expect.stringContaining(sentence));
  });

  test('is the only one that may leave its clusters out', () => {
    const found = faults(edited('system: denodo-solution-manager', 'system: denodo'));
    expect(found).toEqual([expect.stringContaining('clusters: is missing; it must be a list')]);
  });

  test('is refused what only the bot’s own Denodo does', () => {
    const sync = '    sync: [{ name: nightly, role: data-catalog }]\n';
    expect(loaded(through + sync).environment.notExecuted).toEqual(['sync']);
  });
});

describe('a server that is reached over HTTP', () => {
  const server = (connection: string) => `version: 1
timezone: UTC
environments:
  e:
    kind: staging
    system: denodo
    channel: C0E
    deployments: { paradigm: simple, topology: single-cluster }
    payloads: { scheduler: { role: s } }
    clusters: [{ name: eu, servers: [{ name: sched, role: s, connection: { driver: http, ${connection} } }] }]
`;

  test.each<[string, string, string]>([
    ['tls off and an https address', 'baseUrl: "https://s:9090", tls: off', 'that of server sched is https'],
    [
      'tls verify and an http address',
      'baseUrl: "http://s:9090", tls: verify',
      'is said to server sched is not encrypted',
    ],
    [
      'a user and no password',
      'baseUrl: "http://s:9090", user: deploy',
      'server sched has a user and no password',
    ],
    [
      'a password and no user',
      'baseUrl: "http://s:9090", password: { env: P }',
      'server sched has a password and no user',
    ],
  ])('is refused with %s', (_claim, connection, sentence) => {
    expect(faults(server(connection))).toEqual([expect.stringContaining(sentence)]);
  });

  test('is verified wherever its address is https, without a word about it', () => {
    const { environment } = loaded(server('baseUrl: "https://s:9090"'));
    expect(environment.clusters[0]?.servers[0]?.connection).toMatchObject({
      tls: { verify: true, ca: null },
    });
  });
});
