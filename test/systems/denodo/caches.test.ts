import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { addDatabase } from '../../../src/sandbox/denodo/model.ts';
import { startVdp, type Vdp } from '../../../src/sandbox/denodo/start-vdp.ts';
import type { TaskContext } from '../../../src/systems/system.ts';
import { type Bench, openBench, primary, secondary } from './bench.ts';

const signal = new AbortController().signal;
const onSeen = async (): Promise<void> => undefined;

let vdp: Vdp;
let bench: Bench;

beforeEach(async () => {
  vdp = await startVdp({ cacheUrl: primary });
  bench = await openBench({ port: vdp.port, vql: 'CREATE VIEW v AS SELECT 1;', loadsCache: true });
});

afterEach(async () => {
  await vdp.stop();
});

function swap(more: Partial<TaskContext> = {}): TaskContext {
  return bench.context('CACHE', more, 'swap');
}

describe('the cache of a server', () => {
  it('is swapped to the other one, read back, and swapped to the first again (D-47b)', async () => {
    expect(await bench.system.perform(swap(), signal)).toMatchObject({
      end: 'ok',
      message: `its cache is \`${secondary}\``,
    });
    expect(vdp.cacheUrl()).toBe(secondary);
    expect(await bench.system.perform(bench.context('CACHE', {}, 'revert'), signal)).toMatchObject({
      end: 'ok',
    });
    expect(vdp.cacheUrl()).toBe(primary);
  });

  it('is left as it is where it is the wanted one already', async () => {
    await bench.system.perform(swap(), signal);
    vdp.log.length = 0;
    expect(await bench.system.perform(swap(), signal)).toMatchObject({
      end: 'ok',
      message: `its cache is \`${secondary}\` already`,
    });
    expect(vdp.log.map(({ text }) => text).join()).not.toContain('ALTER');
  });

  it('is looked at after a crash: swapped is done, and not swapped never began', async () => {
    expect(await bench.system.probe(swap(), onSeen, signal)).toEqual({ state: 'never-started' });
    vdp.disturb('ALTER', 'close-after');
    expect(await bench.system.perform(swap(), signal)).toMatchObject({ state: 'interrupted' });
    expect(await bench.system.probe(swap(), onSeen, signal)).toMatchObject({ state: 'ended', end: 'ok' });
  });

  it('is not believed to be swapped where the server says so and does not do so', async () => {
    vdp.disturb('ALTER', 'ignore');
    expect(await bench.system.perform(swap(), signal)).toMatchObject({
      end: 'error',
      message: `it accepted \`${secondary}\` as its cache, and does not say so afterwards`,
    });
  });

  it('is not swapped where the server refuses it, and its words say why', async () => {
    vdp.disturb('ALTER', { error: 'Data source is in use' });
    expect(await bench.system.perform(swap(), signal)).toMatchObject({
      end: 'error',
      message: 'its cache was not swapped: Data source is in use',
    });
    expect(vdp.cacheUrl()).toBe(primary);
  });

  it('is not touched once another process owns the environment', async () => {
    const isStillOurs = async (): Promise<boolean> => false;
    expect(await bench.system.perform(swap({ isStillOurs }), signal)).toEqual({ state: 'fenced' });
    expect(vdp.cacheUrl()).toBe(primary);
  });

  it('of a database is not swapped, and the thread says which (D-52)', async () => {
    addDatabase(vdp.model, 'sales').cacheDataSource = 'customvdpcachedatasource';
    await bench.system.perform(swap(), signal);
    expect(bench.told).toEqual(['sales: a cache of its own is not swapped, only that of the server (D-52)']);
  });
});

describe('before anything is taken out for it, a server', () => {
  const inspect = async (made = bench) => await made.system.inspect(made.plan, 'vdp-1', signal);

  it('says which cache it uses', async () => {
    const uses = { problem: null, readBack: null, cache: primary, cacheIsOn: true };
    expect(await inspect()).toEqual(uses);
  });

  it('says so also before there is any revision, and that its cache is off is no problem of its own then', async () => {
    const plan = { ...bench.plan, revisions: [] };
    vdp.model.cacheStatus = 'OFF';
    expect(await bench.system.inspect(plan, 'vdp-1', signal)).toEqual({
      problem: null,
      readBack: null,
      cache: primary,
      cacheIsOn: false,
    });
  });

  it('is refused where its cache is off and the plan swaps caches (D-51)', async () => {
    vdp.model.cacheStatus = 'OFF';
    expect(await inspect()).toMatchObject({
      problem: 'vdp-1: its cache is off, and these revisions swap caches (D-51)',
    });
    const without = await openBench({ port: vdp.port, vql: 'CREATE VIEW v AS SELECT 1;' });
    expect(await inspect(without)).toEqual({ problem: null, readBack: null });
  });

  it('is refused where nobody listens, and where the password is wrong', async () => {
    const wrong = await openBench({ port: vdp.port, vql: 'A;', password: 'not-that-one' });
    expect((await inspect(wrong)).problem).toMatch(
      /^Error getting connection: vdp-1 \(127\.0\.0\.1:\d+\): authentication error/,
    );
    await vdp.stop();
    expect((await inspect()).problem).toMatch(/^Error getting connection: vdp-1 .*ECONNREFUSED/);
    vdp = await startVdp();
  });

  it('is refused where a value is missing or a secret cannot be read, before it is even connected to', async () => {
    const missing = await openBench({ port: vdp.port, vql: "SET '${a}' = ${b};", properties: ['b: x'] });
    expect((await inspect(missing)).problem).toBe(
      'vdp-1: customer360@2: customer360.vql: line 1: property a has no value',
    );
    const secret = await openBench({
      port: vdp.port,
      vql: "SET '${a}';",
      properties: ['a: { env: NOWHERE }'],
    });
    expect((await inspect(secret)).problem).toBe('vdp-1: the secret {"env":"NOWHERE"} is missing');
    expect(vdp.log).toEqual([]);
  });
});
