import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let directory: string;

/** Runs the built program, as a person in a terminal would. */
function lamplighter(words: string[], env: Record<string, string> = {}) {
  const result = spawnSync(process.execPath, [join(process.cwd(), 'dist/main.js'), ...words], {
    cwd: directory,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

const configuration = `version: 1
timezone: Europe/Madrid
roles: { promotion: { users: [U0ANA] } }
catalog: { revisions: [{ name: shop, source: { type: directory, path: ./revisions/shop } }] }
environments:
  shop:
    kind: staging
    system: command
    deployments: { paradigm: online, topology: single-cluster, serverStrategy: half-by-half }
    channel: C0SHOP
    payloads: { release: { role: web, placement: every-server } }
    runbooks: { release: { steps: [{ id: install, run: "echo {version}" }] } }
    scripts:
      disableServer: { run: ./lb.sh, args: [{ variable: host }] }
      enableServer: { run: ./lb.sh, args: [{ variable: host }] }
    clusters:
      - { name: main, servers: [{ name: a, role: web, connection: { driver: local } }, { name: b, role: web, connection: { driver: local } }, { name: c, role: web, connection: { driver: local } }] }
`;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'll-cli-'));
  mkdirSync(join(directory, 'revisions/shop/2'), { recursive: true });
  const revision =
    'name: shop\nversion: "2"\noperation: create\ndescription: new\nparts: { release: { runbook: release } }\n';
  writeFileSync(join(directory, 'revisions/shop/2/revision.yaml'), revision);
  writeFileSync(join(directory, 'lb.sh'), '#!/bin/sh\n');
  chmodSync(join(directory, 'lb.sh'), 0o755);
  writeFileSync(join(directory, 'lamplighter.yaml'), configuration);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a command line that is wrong', () => {
  test.each([
    [['statrt'], "error: unknown command 'statrt'\n(Did you mean start?)"],
    [['plan'], "error: required option '--environment <name>' not specified"],
  ])('%j says what is wrong and where to read on, and nothing else', (words, fault) => {
    const { code, stderr } = lamplighter(words);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `${fault}\n\`lamplighter help\` lists the commands, \`lamplighter help COMMAND\` the flags of one.\n`,
    );
  });

  test('is no request for the version, which is printed', () => {
    expect(lamplighter(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });

  test('finds no empty list among the defaults of its flags', () => {
    const { stdout } = lamplighter(['help', 'simulate']);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('what, in order; repeat the flag for each --package');
    expect(stdout).not.toContain('[])');
  });
});

describe('retry', () => {
  test.each([
    [['--only', 'broken'], /Allowed choices are failed/],
    [['--only', 'failed', '--servers', 'a'], /'--only <which>' cannot be used with option '--servers <a,b>'/],
    [['--servers', ''], /should be names of servers with commas/],
    [['--servers', 'a,,b'], /should be names of servers with commas/],
  ])('%j is a bad flag, and nothing is asked of the bot', (flags, sentence) => {
    const { code, stderr } = lamplighter(['retry', '12', '--as', 'U0ANA', ...flags]);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
  });
});

describe('start', () => {
  test('without its tokens names each of them and what it should be, and ends with 2', () => {
    const { code, stderr } = lamplighter(['start']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/SLACK_BOT_TOKEN/);
    expect(stderr).toMatch(/SLACK_APP_TOKEN/);
    expect(stderr).toMatch(/xoxb-/);
    expect(stderr).toMatch(/xapp-/);
  });

  test('with a fault in its file names line and key, and ends with 2', () => {
    writeFileSync(
      join(directory, 'wrong.yaml'),
      configuration.replace('paradigm: online', 'paradime: online'),
    );
    const tokens = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };
    const { code, stderr } = lamplighter(['start', '--config', 'wrong.yaml'], tokens);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /wrong\.yaml:9:\d+ environments\.shop\.deployments\.paradime: .*did you mean "?paradigm/,
    );
  });

  test('refuses PostgreSQL with one sentence, because it is not built', () => {
    const env = {
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_APP_TOKEN: 'xapp-1',
      DATABASE_URL: 'postgres://localhost/x',
    };
    const { code, stderr } = lamplighter(['start'], env);
    expect(code).toBe(2);
    expect(stderr).toMatch(/DATABASE_URL/);
  });
});

describe('check', () => {
  test('says that a configuration in order is in order', () => {
    expect(lamplighter(['check'])).toMatchObject({ code: 0, stdout: expect.stringContaining('is in order') });
  });

  test('names every fault at once, and ends with 2', () => {
    const faulty = configuration
      .replace('paradigm: online', 'paradime: online')
      .replace('kind: staging', 'knid: staging');
    writeFileSync(join(directory, 'faulty.yaml'), faulty);
    const { code, stderr } = lamplighter(['check', '--config', 'faulty.yaml']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/paradime/);
    expect(stderr).toMatch(/knid/);
  });
});

describe('plan', () => {
  const plan = (...more: string[]) => lamplighter(['plan', '--environment', 'shop', ...more]);

  test('prints groups, tasks and hash as one JSON object', () => {
    const { code, stdout } = plan('--revision', 'shop@2', '--format', 'json');
    expect(code).toBe(0);
    const printed = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(printed)).toEqual([
      'hash',
      'environment',
      'revisions',
      'groups',
      'tasks',
      'preconditions',
      'warnings',
    ]);
    expect(printed).toMatchObject({
      environment: 'shop',
      revisions: ['shop@2'],
      groups: [['a'], ['b', 'c']],
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(stdout).not.toContain('D-19');
    const [first] = printed['tasks'] as unknown[];
    expect(first).toEqual({
      seq: 1,
      type: 'SCRIPT_SERVER',
      action: 'disable',
      cluster: 'main',
      server: 'a',
      revision: null,
      step: null,
      note: '',
    });
  });

  test('prints a refused plan too, and ends with 1', () => {
    const { code, stdout } = plan('--revision', 'shop@2', '--servers', 'a,z');
    expect(code).toBe(1);
    expect(stdout).toMatch(/NO {2}servers: there is no server z in shop/);
  });

  test('names the nearest revision for an unknown one, and ends with 1', () => {
    expect(plan('--revision', 'shop@3')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('shop@2'),
    });
  });

  test.each(['plan', 'simulate'])(
    '%s without the name of a server is a bad flag, not every server',
    (command) => {
      const flags = ['--environment', 'shop', '--revision', 'shop@2', '--servers', 'a,,b'];
      const { code, stderr } = lamplighter([command, ...flags]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/should be names of servers with commas/);
    },
  );

  test('takes the names of servers with spaces behind the commas', () => {
    expect(plan('--revision', 'shop@2', '--servers', 'a, b')).toMatchObject({ code: 0 });
  });

  test('with a bad flag ends with 2', () => {
    expect(plan('--wrong').code).toBe(2);
    expect(lamplighter(['plan']).code).toBe(2);
    expect(lamplighter(['nothing']).code).toBe(2);
  });
});

test('schema prints the schema that is committed', () => {
  const { code, stdout } = lamplighter(['schema']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync('docs/lamplighter.schema.json', 'utf8')));
});
