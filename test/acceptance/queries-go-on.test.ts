import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findHaproxy, type RunningBalancer, startHaproxy } from '../../src/sandbox/fleet/haproxy.ts';
import type { LocalSlack } from '../../src/sandbox/slack/start-slack.ts';
import { type BotProcess, botProcess } from '../helpers/bot-process.ts';
import { hasPostgres, type Postgres, startPostgres } from '../helpers/postgres.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { startWorkspace } from '../helpers/stage.ts';
import { openWatcher } from '../helpers/watcher.ts';

const haproxy = findHaproxy();
if (process.env['CI'] === 'true' && haproxy === null)
  throw new Error('haproxy is not installed, and with CI=true nothing is skipped');

const clusters = { eu: ['vdp-eu-1', 'vdp-eu-2'], us: ['vdp-us-1', 'vdp-us-2'] };
const names = Object.values(clusters).flat();
const viewOf = (version: number): string =>
  `CREATE OR REPLACE VIEW customer360 AS SELECT ${version} AS version;`;

interface House {
  directory: string;
  servers: Map<string, Postgres>;
  balancer: RunningBalancer;
  slack: LocalSlack;
  bot: BotProcess;
}

describe.skipIf(!hasPostgres() || haproxy === null)(
  'two clusters of real PostgreSQL servers behind a real HAProxy, half by half (needs postgresql, haproxy)',
  () => {
    let house: House;
    beforeAll(async () => (house = await setUp(haproxy ?? '')));
    afterAll(async () => {
      await house.bot.killBot();
      await house.slack.close();
      await house.balancer.stop();
      for (const server of house.servers.values()) await server.stop();
      removeLater(house.directory);
    });

    test('D-39, D-53: a revision reaches every server, cluster after cluster, and no query is lost meanwhile', async () => {
      const { slack, servers, balancer } = house;
      const first = servers.get('vdp-eu-1');
      if (!first) throw new Error('there is no vdp-eu-1');
      const queries = askOn({ ...first, port: Number(new URL(balancer.url).port) });
      const ana = slack.person('U0ANA');
      await ana.types('/deploy customer360@2 to denodo-production', { channel: 'C0SHOP' });
      const form = await ana.modal();
      await form.type('Reason', 'the new columns');
      await form.check('I accept 1 warning');
      expect(await form.submit()).toEqual({ closed: true });
      const card = () => slack.channel('C0SHOP').messages().at(-1)?.text ?? '';
      // A real PostgreSQL knows no GET_VIEWS: that nobody could look at the views is a warning.
      await slack.until(() => card().includes('done, with warnings, 4 of 4 servers'), 60_000);
      const { answers, failures } = await queries.stop();
      expect(failures).toEqual([]);
      expect(answers.filter((version) => version === '1').length).toBeGreaterThan(20);
      expect(answers.at(-1)).toBe('2');
      for (const server of servers.values()) {
        expect(await columnOf(server, 'SELECT version FROM customer360')).toEqual(['2']);
        expect(await columnOf(server, 'SELECT count(*) FROM installed')).toEqual(['1']);
      }
    });
  },
);

async function setUp(program: string): Promise<House> {
  const directory = mkdtempSync(join(tmpdir(), 'll-denodo-'));
  const started = await Promise.all(names.map(async (name) => [name, await startPostgres()] as const));
  const servers = new Map(started);
  for (const server of servers.values())
    await columnOf(server, `${viewOf(1)} CREATE TABLE installed (version int);`);
  const backends = started.map(([name, { port }]) => ({ name, port }));
  const balancer = await startHaproxy(program, 'vdp', backends, 'tcp');
  const revision = join(directory, 'revisions', 'customer360', '2');
  mkdirSync(revision, { recursive: true });
  writeFileSync(join(revision, 'revision.yaml'), revisionFile);
  // Whoever asks a server in the middle of it is refused: it must have been taken out.
  writeFileSync(
    join(revision, 'customer360.vql'),
    `-- the new columns; all of them\nDROP VIEW customer360;\nSELECT pg_sleep(0.5);\n${viewOf(2)}\nINSERT INTO installed VALUES (2);\n`,
  );
  const configurationFile = join(directory, 'lamplighter.yaml');
  writeFileSync(configurationFile, configuration(servers, balancer.socket));
  const secret = join(directory, 'vdp-password');
  writeFileSync(secret, started[0]?.[1].password ?? '', { mode: 0o600 });
  const slack = await startWorkspace();
  const bot = botProcess({ directory, configurationFile, apiUrl: slack.apiUrl, by: 'socket' });
  await bot.startBot();
  return { directory, servers, balancer, slack, bot };
}

const revisionFile = `name: customer360
version: "2"
parts:
  vql: { file: customer360.vql }
`;

function configuration(servers: Map<string, Postgres>, socket: string): string {
  const script = (name: string): string =>
    `{ run: ${JSON.stringify(resolve('examples/haproxy', `${name}.mjs`))}, args: [{ literal: ${JSON.stringify(socket)} }, { variable: members }] }`;
  const server = (name: string): string =>
    `          - { name: ${name}, role: vdp, connection: { driver: postgres, host: 127.0.0.1, port: ${servers.get(name)?.port ?? 0}, database: admin, user: deploy, password: { file: ./vdp-password } } }`;
  const cluster = ([name, members]: [string, string[]]): string[] => [
    `      - name: ${name}`,
    `        variables: { members: "${members.map((member) => `vdp/${member}`).join(',')}" }`,
    '        servers:',
    ...members.map(server),
  ];
  return [
    'version: 1',
    'roles: { promotion_admin: { usergroups: [S0PROMADM] } }',
    'catalog: { revisions: [{ name: customer360, source: { type: directory, path: ./revisions/customer360 } }] }',
    'environments:',
    '  denodo-production:',
    '    kind: production',
    '    system: denodo',
    '    channel: C0SHOP',
    '    deployments: { paradigm: online, topology: several-clusters, clusterStrategy: half-by-half }',
    '    payloads: { vql: { role: vdp, placement: every-server } }',
    '    scripts:',
    `      disableCluster: ${script('disable-cluster')}`,
    `      enableCluster: ${script('enable-cluster')}`,
    `      statusCluster: ${script('status-cluster')}`,
    '    clusters:',
    ...Object.entries(clusters).flatMap(cluster),
    '',
  ].join('\n');
}

/** Asks again and again, each query over a connection of its own, as a load balancer's clients do. */
function askOn(server: Postgres): { stop(): Promise<{ answers: (string | null)[]; failures: string[] }> } {
  const [answers, failures]: [(string | null)[], string[]] = [[], []];
  const over = new AbortController();
  const asking = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await columnOf(server, 'SELECT version FROM customer360').then(
        ([version = null]) => answers.push(version),
        (error: unknown) => failures.push(String(error)),
      );
      await delay(20);
    }
  };
  const loops = [asking(), asking()];
  return {
    stop: async () => {
      over.abort();
      await Promise.all(loops);
      return { answers, failures };
    },
  };
}

async function columnOf(server: Postgres, statement: string): Promise<(string | null)[]> {
  const watcher = await openWatcher(server);
  return await watcher.column(statement).finally(() => watcher.close());
}
