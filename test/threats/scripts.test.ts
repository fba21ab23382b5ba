import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createBalancer } from '../../src/balancer/balancer.ts';
import { variablesForScripts, variablesForSteps } from '../../src/config/env.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import { createLocalDriver } from '../../src/drivers/local/local-driver.ts';
import { readBack } from '../../src/systems/command/read-back.ts';
import { buildEnvironment, buildPlan, quiet } from '../helpers/build.ts';

const never = new AbortController().signal;
const secret = 'canary-of-the-balancer';
const ofProcess = {
  PATH: process.env['PATH'],
  HOME: '/home/bot',
  F5_PASSWORD: 'for the scripts',
  DB_PASSWORD: 'named by the configuration',
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_APP_TOKEN: 'xapp-1',
  SLACK_SIGNING_SECRET: 'signing',
};
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'll-scripts-'));
  for (const [name, end] of [
    ['disable', 'exit 3'],
    [
      'status',
      '[ -z "${SLACK_BOT_TOKEN:-}${SLACK_APP_TOKEN:-}${SLACK_SIGNING_SECRET:-}" ] && [ -n "$F5_PASSWORD" ] && echo up',
    ],
  ] as const) {
    writeFileSync(
      join(directory, name),
      `#!/bin/sh\n[ ${name} = status ] || { echo "$@" | base64; echo "$@"; env; }\n${end}\n`,
    );
    chmodSync(join(directory, name), 0o755);
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function balancerOf(variables: Record<string, string | undefined>) {
  const local = createLocalDriver({ variables });
  return createBalancer({
    openLocalSession: async (signal) =>
      await local.connect('this machine', { driver: 'local', workDirectory: directory }, signal),
    readSecret: () => secret,
    directory,
    variables,
  });
}

function environment(): Environment {
  const script = (name: string) => ({
    run: join(directory, name),
    args: [{ literal: { env: 'LB' } }, { variable: 'name' }],
    timeoutSeconds: 10,
    idempotent: false,
  });
  const base = buildEnvironment();
  return {
    ...base,
    scripts: { ...base.scripts, disableCluster: script('disable'), statusCluster: script('status') },
  };
}

async function disabled(): Promise<string> {
  const plan = buildPlan(environment());
  const task = plan.tasks.find(({ type, action }) => type === 'SCRIPT_CLUSTER' && action === 'disable');
  if (!task) throw new Error('the plan disables nothing');
  const fence = { installation: 'i', environment: 'shop', token: 1 };
  const context = {
    plan,
    task,
    deployment: 1,
    attempt: 1,
    run: 1,
    fence,
    startedAt: 0,
    backupPath: null,
    undoing: null,
    ...quiet,
  };
  return JSON.stringify(await balancerOf(variablesForScripts(ofProcess)).perform(context, never));
}

describe('threat 10: a script of the load balancer', () => {
  test('that prints the secret it was called with is kept without it, and has no token of Slack to print', async () => {
    const outcome = await disabled();
    expect(outcome).toContain('••• north');
    expect(outcome).toContain('F5_PASSWORD=for the scripts');
    expect(outcome).not.toMatch(/canary|Y2FuYXJ5|xoxb|xapp|signing/);
  });

  test('that says what takes requests has no token of Slack either', async () => {
    const balancer = balancerOf(variablesForScripts(ofProcess));
    expect(await balancer.status(buildPlan(environment()), 'north', never)).toBe('up');
    const careless = balancerOf(ofProcess);
    expect(await careless.status(buildPlan(environment()), 'north', never)).toBe('unknown');
  });
});

describe('threat 10: a step on this machine', () => {
  test('finds what a login has, and no secret of the process', () => {
    expect(variablesForSteps({ ...ofProcess, LC_ALL: 'C', TZ: 'UTC' })).toEqual({
      PATH: process.env['PATH'],
      HOME: '/home/bot',
      LC_ALL: 'C',
      TZ: 'UTC',
    });
  });
});

test('threat 10: what a server reads back is kept without secrets and terminal sequences', async () => {
  const local = createLocalDriver({ variables: ofProcess });
  const session = await local.connect('web-1', { driver: 'local', workDirectory: directory }, never);
  const run = `printf '\\033[31mshop\\033[0m@2 {password} '; printf '%s' "$LAMPLIGHTER_PASSWORD" | base64`;
  const plan = buildPlan(buildEnvironment({ readBack: { run, timeoutSeconds: 10 } }));
  const resolved = { values: { password: secret }, secrets: [secret] };
  expect(await readBack(session, plan, resolved)).toMatch(/^shop@2 ••• •••=*$/);
  await session.close();
});
