import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { edited, sample } from '../config/sample.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { type CliEnd, runCli } from '../helpers/run-cli.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'll-simulate-'));
  write('lamplighter.yaml', sample);
  write(
    'revisions/shop/2/revision.yaml',
    'name: shop\nversion: "2"\nparts: { release: { runbook: release } }\n',
  );
  write('lb/disable.sh', '#!/bin/sh\n');
  write('lb/enable.sh', '#!/bin/sh\n');
});
afterEach(() => removeLater(directory));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), content);
}

async function simulate(...words: string[]): Promise<CliEnd> {
  return await runCli(['simulate', ...words], { cwd: directory });
}

const shop = ['--environment', 'shop', '--revision', 'shop@2'];

/** Steps of one server, as lines without their place. */
const lineOf = (line: Record<string, unknown>): Record<string, unknown> => ({
  action: null,
  cluster: 'main',
  server: null,
  revision: null,
  step: null,
  state: 'ok',
  note: '',
  ...line,
});
const step = (server: string, name: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
  lineOf({ type: 'STEP', server, revision: 'shop@2', step: name, ...more });
const script = (action: string, server: string): Record<string, unknown> =>
  lineOf({ type: 'SCRIPT_SERVER', action, server });

describe('lamplighter simulate --format json', () => {
  test('prints a line for each task, in order and with every field, and the result last', async () => {
    const { code, stdout, stderr } = await simulate(...shop, '--format', 'json');
    const wanted = [
      ...['app-1', 'app-2'].flatMap((server) => [
        script('disable', server),
        step(server, 'apply'),
        step(server, 'start'),
        lineOf({ type: 'VERIFY', server }),
        script('enable', server),
      ]),
      lineOf({ type: 'RESULT', cluster: null }),
    ].map((line, index) => ({ seq: index + 1, ...line }));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.endsWith('\n')).toBe(true);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(wanted);
    expect(stdout.split('\n')[0]).toBe(
      '{"seq":1,"type":"SCRIPT_SERVER","action":"disable","cluster":"main","server":"app-1","revision":null,"step":null,"state":"ok","note":""}',
    );
  });

  test('fails the first task that --fail names, and says what becomes of the rest', async () => {
    const { code, stdout } = await simulate(...shop, '--format', 'json', '--fail', 'app-1:STEP');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    expect(lines).toEqual([
      { seq: 1, ...script('disable', 'app-1') },
      {
        seq: 2,
        ...step('app-1', 'apply', { state: 'error', note: 'step apply failed, because --fail says so' }),
      },
      { seq: 3, ...step('app-1', 'start', { state: 'skipped', note: 'left out, because app-1 failed' }) },
      {
        seq: 4,
        ...lineOf({
          type: 'VERIFY',
          server: 'app-1',
          state: 'skipped',
          note: 'left out, because app-1 failed',
        }),
      },
      {
        seq: 5,
        ...lineOf({
          type: 'SERVER_DEPLOYMENT',
          server: 'app-2',
          state: 'skipped',
          note: 'not begun because of onServerFailure: stop',
        }),
      },
      { seq: 6, ...lineOf({ type: 'HELD', server: 'app-1', state: 'held', note: 'app-1 did not finish' }) },
      {
        seq: 7,
        ...lineOf({ type: 'RESULT', cluster: null, state: 'error', note: 'ended by onServerFailure: stop' }),
      },
    ]);
  });

  test('takes --fail once for each failure, with an action or a step', async () => {
    const twice = ['--fail', 'app-2:STEP:start', '--fail', 'app-1:SCRIPT_SERVER:enable'];
    write(
      'lamplighter.yaml',
      edited([
        'serverStrategy: one-by-one',
        'serverStrategy: one-by-one\n      onServerFailure: continue\n      minInService: 0',
      ]),
    );
    const { stdout } = await simulate(...shop, '--format', 'json', ...twice);
    const failed = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(
      failed
        .filter(({ state }) => state === 'error')
        .map(({ type, server }) => `${String(type)} ${String(server)}`),
    ).toEqual(['SCRIPT_SERVER app-1', 'STEP app-2', 'RESULT null']);
  });

  test('has a line for each server that is not among the chosen ones', async () => {
    const { stdout } = await simulate(...shop, '--servers', 'app-2', '--format', 'json');
    expect(stdout).toContain(
      '"type":"SERVER_DEPLOYMENT","action":null,"cluster":"main","server":"app-1","revision":null,"step":null,"state":"skipped","note":"it is not among the chosen servers"',
    );
  });
});

test('lamplighter simulate prints a table for people, and simulates packages too', async () => {
  const { code, stdout } = await simulate(
    '--environment',
    'shop',
    '--package',
    'PKG@1',
    '--fail',
    'app-2:VERIFY',
  );
  expect(code).toBe(0);
  expect(stdout.split('\n').map((line) => line.trimEnd().replaceAll(/ {2,}/g, ' | '))).toEqual([
    'SEQ | STATE | TYPE | WHERE | WHAT | NOTE',
    '1 | ok | SCRIPT_SERVER | main/app-1 | disable',
    '2 | ok | STEP | main/app-1 | shop@2 apply',
    '3 | ok | STEP | main/app-1 | shop@2 start',
    '4 | ok | VERIFY | main/app-1',
    '5 | ok | SCRIPT_SERVER | main/app-1 | enable',
    '6 | ok | SCRIPT_SERVER | main/app-2 | disable',
    '7 | ok | STEP | main/app-2 | shop@2 apply',
    '8 | ok | STEP | main/app-2 | shop@2 start',
    '9 | error | VERIFY | main/app-2 | read-back failed, because --fail says so',
    '10 | held | HELD | main/app-2 | app-2 did not finish',
    '11 | partial | RESULT | ended by onServerFailure: stop',
    '',
  ]);
});

describe('lamplighter simulate refuses', () => {
  test('what plan refuses, with every reason on stderr and exit code 1', async () => {
    for (const [words, reason] of [
      [['--environment', 'shop', '--revision', 'shop@9'], 'shop@9'],
      [['--environment', 'shpo', '--revision', 'shop@2'], 'shpo'],
      [[...shop, '--servers', 'app-9'], 'app-9'],
    ] as const) {
      const { code, stdout, stderr } = await simulate(...words);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(reason);
    }
  });

  test('a --fail that is none, or that matches no task, with what would be right, and exit code 2', async () => {
    for (const [flag, message] of [
      ['app-1', 'It should be TARGET:TYPE or TARGET:TYPE:ACTION, such as vdp-1:VQL.'],
      ['app-1:STEP:', 'It should be TARGET:TYPE or TARGET:TYPE:ACTION, such as vdp-1:VQL.'],
      [
        'app-1:VQL',
        'these can fail: app-1 (SCRIPT_SERVER:disable, STEP:apply, STEP:start, VERIFY, SCRIPT_SERVER:enable).',
      ],
      ['app-9:VERIFY', 'these can fail: app-1 (VERIFY); app-2 (VERIFY).'],
    ] as const) {
      const { code, stdout, stderr } = await simulate(...shop, '--fail', flag);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(message);
    }
  });

  test('the examples of systems and features that this version does not execute', async () => {
    for (const name of ['ibex-30-instruments', 'opcon-rules'])
      cpSync(
        join(import.meta.dirname, `../../examples/config/${name}.yaml`),
        join(directory, `${name}.yaml`),
      );
    write(
      'releases/ibex/26.8.0/revision.yaml',
      'name: ibex\nversion: "26.8.0"\nparts: { release: { runbook: release } }\n',
    );
    const ibex = ['--config', 'ibex-30-instruments.yaml', '--environment', 'instruments'];
    const { code, stdout, stderr } = await simulate(...ibex, '--revision', 'ibex@26.8.0');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('does not execute: deployments.timeBudgetMinutes');
    write(
      'schedules/SCHED_ABC/2/revision.yaml',
      'name: SCHED_ABC\nversion: "2"\nparts: { schedule: { file: a.json } }\n',
    );
    const opcon = ['--config', 'opcon-rules.yaml', '--environment', 'opcon-prod'];
    const refused = await simulate(...opcon, '--revision', 'SCHED_ABC@2');
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).not.toBe('');
  });
});

describe('lamplighter simulate needs neither the hour nor the machine of a deployment', () => {
  test('outside every window it starts when the next one opens, but never where none does', async () => {
    const { code } = await simulate(...shop);
    expect(code).toBe(0);
    const past = '[{ from: 2020-01-01T00:00, to: 2020-01-02T00:00 }]';
    write('lamplighter.yaml', edited(['[{ days: [mon], from: "20:00", to: "23:00" }]', past]));
    const refused = await simulate(...shop);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('outside every window');
  });

  test('a load balancer script that is elsewhere is a warning', async () => {
    write('lamplighter.yaml', edited(['./lb/enable.sh', './lb/elsewhere.sh']));
    const { code, stdout, stderr } = await simulate(...shop);
    expect(code).toBe(0);
    expect(stdout).toContain('RESULT');
    expect(stderr).toContain('lb/elsewhere.sh cannot be read; nothing could be deployed without it');
  });
});
