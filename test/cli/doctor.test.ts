import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type Finding } from '../../src/cli/doctor/finding.ts';
import { allScopes } from '../../src/sandbox/slack/scopes.ts';
import { type LocalSlack, type SlackSetup, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { create } from '../contract/store-samples.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { runCli } from '../helpers/run-cli.ts';
import { hasSshd, startSshd } from '../helpers/sshd.ts';

let directory: string;
let slack: LocalSlack | null;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'll-doctor-'));
  mkdirSync(join(directory, 'revisions/shop/2'), { recursive: true });
  const revision =
    'name: shop\nversion: "2"\noperation: create\ndescription: new\nparts: { release: { runbook: release } }\n';
  writeFileSync(join(directory, 'revisions/shop/2/revision.yaml'), revision);
  script('lb.sh', 'exit 1');
  script('status.sh', 'echo up');
  configure(local);
});
afterEach(async () => {
  await slack?.close();
  slack = null;
  removeLater(directory);
});

function script(name: string, line: string): void {
  writeFileSync(join(directory, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
}

const local = (name: string): string => `{ driver: local, workDirectory: ${join(directory, 'work', name)} }`;

function configure(connectionOf: (server: string) => string, more = ''): void {
  const server = (name: string) => `{ name: ${name}, role: web, connection: ${connectionOf(name)} }`;
  writeFileSync(
    join(directory, 'lamplighter.yaml'),
    `version: 1
timezone: Europe/Madrid
roles: { promotion: { users: [U0ANA] }, promotion_admin: { usergroups: [S0ADM] } }
catalog: { revisions: [{ name: shop, source: { type: directory, path: ./revisions/shop } }] }
environments:
  shop:
    kind: staging
    system: command
    deployments: { paradigm: online, topology: single-cluster, serverStrategy: half-by-half }
    channel: C0SHOP
${more}    payloads: { release: { role: web, placement: every-server } }
    runbooks: { release: { steps: [{ id: install, run: "echo {version}" }] } }
    scripts:
      disableServer: { run: ./lb.sh, args: [{ variable: host }] }
      enableServer: { run: ./lb.sh, args: [{ variable: host }] }
      statusServer: { run: ./status.sh, args: [{ variable: host }] }
    clusters:
      - { name: main, servers: [${server('a')}, ${server('b')}] }
`,
  );
}

async function doctor(
  words: string[] = [],
  { env = {}, setup = {} }: { env?: Record<string, string>; setup?: Partial<SlackSetup> } = {},
) {
  slack ??= await startSlack({
    botToken: 'xoxb-1',
    appToken: 'xapp-1',
    people: [{ id: 'U0ANA', name: 'ana' }],
    channels: [{ id: 'C0SHOP', name: 'shop' }],
    usergroups: [{ id: 'S0ADM', handle: 'adm', users: ['U0ANA'] }],
    ...setup,
  });
  const tokens = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', SLACK_API_URL: slack.apiUrl };
  const database = { DATABASE_URL: 'file:data/x.db' };
  return await runCli(['doctor', ...words], { cwd: directory, env: { ...tokens, ...database, ...env } });
}

/** What is not well, as `state area name: message`. */
async function troubles(more: Parameters<typeof doctor>[1] = {}): Promise<string[]> {
  const { stdout, code } = await doctor(['--format', 'json'], more);
  const findings = (JSON.parse(stdout) as Finding[]).filter(({ state }) => state !== 'ok');
  expect(code).toBe(findings.some(({ state }) => state === 'fault') ? 1 : 0);
  return findings.map(({ state, area, name, message }) => `${state} ${area} ${name}: ${message}`);
}

describe('doctor', () => {
  test('where all is well says so of everything, ends with 0, and has changed nothing', async () => {
    const { code, stdout } = await doctor();
    expect(stdout).toMatch(/looked at, 0 warnings, 0 faults\.\n$/);
    expect(code).toBe(0);
    for (const line of [
      /^ok {7}environment: variables: all set$/m,
      /^ok {7}clock: clock: within \d+ s of Slack's$/m,
      /^ok {7}slack: channel C0SHOP: #shop, the bot is in it$/m,
      /^ok {7}servers: shop\/a: on this machine, tools and work directory in place, \d+ MiB free$/m,
      /^ok {7}balancer: shop\/b: takes requests$/m,
      /^ok {7}database: data\/x\.db: is not there yet/m,
    ])
      expect(stdout).toMatch(line);
    expect(readdirSync(directory).toSorted()).toEqual([
      'lamplighter.yaml',
      'lb.sh',
      'revisions',
      'status.sh',
    ]);
    expect(slack?.connections()).toBe(0);
    expect(
      slack
        ?.calls()
        .map(({ method }) => method)
        .filter((method) => method.startsWith('chat.')),
    ).toEqual([]);
  });

  test('without tokens names them, and still looks at everything else', async () => {
    const found = await troubles({ env: { SLACK_BOT_TOKEN: '' } });
    expect(found).toEqual([
      expect.stringMatching(/^fault environment SLACK_BOT_TOKEN: is missing: the bot token/),
    ]);
  });

  test('names revoked tokens with the way out', async () => {
    await doctor();
    slack?.revokeToken('bot');
    slack?.revokeToken('app');
    expect(await troubles()).toEqual([
      expect.stringMatching(/^fault slack bot token: auth\.test: token_revoked; take the token/),
      expect.stringMatching(/^fault slack app token: apps\.connections\.open: token_revoked; take the token/),
    ]);
  });

  test('says that Slack gives no answer instead of failing itself', async () => {
    const [bot] = await troubles({ env: { SLACK_API_URL: 'http://127.0.0.1:9/api/' } });
    expect(bot).toMatch(
      /^fault slack bot token: auth\.test: no answer \(.*\); see whether this machine reaches Slack/,
    );
  });

  test('names scopes that were not granted, and what is lost without them', async () => {
    const scopes = allScopes.filter(
      (scope) => !['usergroups:read', 'channels:read', 'groups:read'].includes(scope),
    );
    expect(await troubles({ setup: { scopes } })).toEqual([
      expect.stringMatching(/^warning slack scope channels:read: is not granted: without it the doctor/),
      expect.stringMatching(/^fault slack scope usergroups:read: is not granted: without it the user groups/),
      expect.stringMatching(/^warning slack channel C0SHOP: could not be looked at/),
      expect.stringMatching(/^fault slack group S0ADM: Slack says missing_scope, so it counts as empty/),
    ]);
  });

  test("says how far the clock is off Slack's", async () => {
    const found = await troubles({ setup: { now: () => Date.now() - 60_000 } });
    expect(found).toEqual([expect.stringMatching(/^fault clock clock: (59|60|61) s ahead of Slack's/)]);
  });

  test('names channels without the bot, and roles of nobody', async () => {
    const setup = {
      channels: [{ id: 'C0SHOP', name: 'shop', members: ['U0ANA'] }],
      people: [{ id: 'U0ANA', name: 'ana', isGuest: true }],
      usergroups: [{ id: 'S0ADM', handle: 'adm', users: [] }],
      scopes: allScopes.filter((scope) => scope !== 'chat:write.public'),
    };
    expect(await troubles({ setup })).toEqual([
      'fault slack channel C0SHOP: #shop: the bot is not in it; type /invite there',
      expect.stringMatching(/^warning slack person U0ANA: ana is restricted and decides nothing/),
      'fault slack group S0ADM: nobody is in it',
    ]);
  });

  test('names owners without whom nothing is approved, where Slack does not know them', async () => {
    configure((name) => `${local(name)}, owner: U0GONE`, '    approval: { from: [owner] }\n');
    expect(await troubles()).toEqual([
      'fault slack person U0GONE: Slack says user_not_found: correct the owners of servers in the configuration',
    ]);
  });

  test('names faults of file, catalogue and scripts', async () => {
    chmodSync(join(directory, 'lb.sh'), 0o644);
    const [first] = await troubles();
    expect(first).toMatch(
      /^fault configuration \.\/lamplighter\.yaml: .*lb\.sh is not executable; run chmod \+x$/,
    );
  });

  test('names secrets that cannot be read, and never their value', async () => {
    writeFileSync(join(directory, 'open.txt'), 'very-secret', { mode: 0o644 });
    configure(
      local,
      '    properties: { one: { env: NO_SUCH }, two: { file: ./open.txt }, three: { env: THERE }, four: { env: SHORT } }\n',
    );
    const env = { THERE: 'very-secret', SHORT: 'x7q2z' };
    expect(await troubles({ env })).toEqual([
      expect.stringMatching(/^fault secrets env NO_SUCH: .*NO_SUCH is missing/),
      expect.stringMatching(
        /^warning secrets file .*open\.txt: others on this machine can read it; run chmod 600/,
      ),
      'warning secrets env SHORT: is shorter than 6 characters, so it is not hidden where a step prints it; take a longer one',
    ]);
    const { stdout } = await doctor([], { env });
    expect(stdout).toContain('secrets: env THERE: can be read');
    expect(stdout).not.toMatch(/very-secret|x7q2z/);
  });

  test('names a database that others can read, and one that is damaged', async () => {
    const file = join(directory, 'data/x.db');
    const store = await openSqliteStore({ file, migrationsFolder: 'migrations' });
    await create(store);
    const running = await doctor();
    expect(running.stdout).toContain('database: log: 1 deployments, 1 events, unbroken');
    await store.close();
    chmodSync(file, 0o644);
    expect(await troubles()).toEqual([
      'warning database data/x.db: has mode 644, so others may read it; run chmod 600 data/x.db',
    ]);
    writeFileSync(file, 'nonsense', { mode: 0o600 });
    chmodSync(file, 0o600);
    expect(await troubles()).toEqual([
      expect.stringMatching(/^fault database data\/x\.db: data\/x\.db is damaged/),
    ]);
  });

  test('names members of which the status script says nothing clear, or that take no requests', async () => {
    script('status.sh', 'exit 3');
    const silent = 'the status script gave no clear answer (up, drain or down) in its time; run it by hand';
    expect(await troubles()).toEqual([
      `fault balancer shop/a: ${silent}`,
      `fault balancer shop/b: ${silent}`,
    ]);
    script('status.sh', 'echo drain');
    expect((await troubles())[0]).toMatch(/^warning balancer shop\/a: the load balancer says drain/);
  });

  test('names servers whose work directory cannot be made', async () => {
    writeFileSync(join(directory, 'file'), '');
    configure((name) =>
      name === 'a' ? local(name) : `{ driver: local, workDirectory: ${directory}/file/work }`,
    );
    expect(await troubles()).toEqual([
      `fault servers shop/b: its work directory ${directory}/file/work cannot be written by the login`,
    ]);
  });

  test('looks at one environment alone, and knows the others by name', async () => {
    expect(await doctor(['--environment', 'shop'])).toMatchObject({ code: 0 });
    const { code, stdout } = await doctor(['--environment', 'shpo']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAULT {4}configuration: shpo: there is no such environment; there are shop$/m);
  });

  test.skipIf(!hasSshd())(
    'names servers that are not reached or show another key, and leaves nothing on them',
    async () => {
      const sshd = await startSshd();
      const other = await startSshd();
      try {
        const work = join(sshd.directory, 'work');
        const ssh = (port: number, hostKey: string) =>
          `{ driver: ssh, host: 127.0.0.1, port: ${port}, user: ${process.env['USER'] ?? 'root'}, privateKey: { file: ${sshd.privateKeyFile} }, hostKey: "${hostKey.split(' ').slice(0, 2).join(' ')}", workDirectory: ${work} }`;
        configure(() => ssh(sshd.port, sshd.hostKey));
        expect(await troubles()).toEqual([]);
        expect((await doctor()).stdout).toMatch(
          /servers: shop\/a: reached with its pinned key, tools and work directory/,
        );
        expect(existsSync(work)).toBe(false);

        configure((name) => ssh(name === 'a' ? sshd.port : 9, name === 'a' ? other.hostKey : sshd.hostKey));
        expect(await troubles()).toEqual([
          expect.stringMatching(/^fault servers shop\/a: a \(127\.0\.0\.1:\d+\) shows host key .* is pinned/),
          expect.stringMatching(
            /^fault servers shop\/b: b \(127\.0\.0\.1:9\) cannot be reached: ECONNREFUSED/,
          ),
        ]);
      } finally {
        await sshd.stop();
        await other.stop();
      }
    },
  );
});
