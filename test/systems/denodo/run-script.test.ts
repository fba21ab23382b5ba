import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readVql } from '../../../src/domain/vql/script.ts';
import { createPostgresDriver, type PostgresSession } from '../../../src/drivers/postgres/postgres-driver.ts';
import { startVdp, type Vdp } from '../../../src/sandbox/denodo/start-vdp.ts';
import { asWritten } from '../../../src/systems/denodo/fill-script.ts';
import { runScript, type ScriptRules } from '../../../src/systems/denodo/run-script.ts';
import { eventually } from '../../helpers/engine.ts';

const signal = new AbortController().signal;
const rules: ScriptRules = { timeoutMs: 30_000, singleUserModeMs: 30_000, sayWaitingMs: 20, graceMs: 1_000 };

let vdp: Vdp;
let told: string[];

beforeEach(async () => {
  vdp = await startVdp();
  told = [];
});

afterEach(async () => {
  await vdp.stop();
});

async function connect(): Promise<PostgresSession> {
  return await createPostgresDriver({ readSecret: () => 'deploy' }).connect(
    'vdp-1',
    {
      driver: 'postgres',
      host: '127.0.0.1',
      port: vdp.port,
      database: 'admin',
      user: 'deploy',
      password: { env: 'VDP' },
      tls: { verify: false, ca: null },
    },
    signal,
  );
}

async function run(vql: string, more: Partial<ScriptRules> = {}) {
  const script = readVql(vql);
  if (!script.ok) throw new Error(script.fault);
  const tell = async (key: string, message: string): Promise<void> => void told.push(`${key}: ${message}`);
  const context = { tell, isStillOurs: async () => true };
  const work = {
    session: await connect(),
    script: asWritten(script.value),
    rules: { ...rules, ...more },
    context,
  };
  return await runScript(work, signal);
}

/** Somebody's query that runs until it is released. */
async function longQuery(): Promise<void> {
  const other = await connect();
  vdp.disturb('SELECT 1', 'hold');
  void other.query('SELECT 1', 60_000);
  await eventually(() => vdp.log.length === 1);
  vdp.disturb('SELECT 1', null);
}

describe('single user mode', () => {
  it('waits for the queries of others, and the thread says so', async () => {
    await longQuery();
    const running = run('CREATE VIEW v AS SELECT 1;');
    await eventually(() => told.length === 1);
    expect(told).toEqual([
      'single-user-mode: waits for single user mode, 30 s at most: queries that run on the server end first, and new ones wait',
    ]);
    expect(vdp.singleUser()).toBeNull();
    vdp.releaseHeld();
    expect(await running).toEqual({ executed: 1, total: 1, end: { state: 'done' } });
  });

  it('that is not reached in its own time means that no command was sent', async () => {
    await longQuery();
    expect(await run('CREATE VIEW v AS SELECT 1;', { singleUserModeMs: 100 })).toEqual({
      executed: 0,
      total: 1,
      end: { state: 'not-alone', reason: 'single user mode was not reached in 0.1 s' },
    });
    expect(vdp.log.map(({ text }) => text)).toEqual(['SELECT 1', 'ENTER SINGLE USER MODE']);
    vdp.releaseHeld();
    await eventually(() => vdp.connections() === 1);
    expect(vdp.singleUser()).toBeNull();
  });

  it('lets others wait while the script runs, and no longer', async () => {
    vdp.disturb('VIEW v', 'hold');
    const running = run('CREATE VIEW v AS SELECT 1;');
    await eventually(() => vdp.log.length === 2);
    const other = await connect();
    const answer = other.query('SELECT 1', 30_000);
    await eventually(() => vdp.log.length === 3);
    expect(vdp.log[2]).toMatchObject({ text: 'SELECT 1', outcome: null });
    vdp.releaseHeld();
    expect(await answer).toMatchObject({ state: 'done' });
    expect(await running).toMatchObject({ end: { state: 'done' } });
  });

  it('that the server will not leave is left with the connection', async () => {
    vdp.disturb('EXIT SINGLE', { error: 'Cannot exit' });
    expect(await run('CREATE VIEW v AS SELECT 1;')).toMatchObject({ end: { state: 'done' } });
    await eventually(() => vdp.singleUser() === null);
    expect(told).toEqual([
      'single-user-mode-left: the server refused to leave single user mode: the connection was closed, which leaves it',
    ]);
  });
});
