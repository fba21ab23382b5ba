import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { databaseOf, findElement } from '../../../src/sandbox/denodo/model.ts';
import { startVdp, type Vdp } from '../../../src/sandbox/denodo/start-vdp.ts';
import { eventually } from '../../helpers/engine.ts';
import { type Bench, type BenchOptions, openBench } from './bench.ts';

const signal = new AbortController().signal;

let vdp: Vdp;

beforeEach(async () => {
  vdp = await startVdp();
});

afterEach(async () => {
  await vdp.stop();
});

/** A script of so many commands: a view each. */
function views(count: number): string {
  return Array.from({ length: count }, (_, index) => `CREATE VIEW v${index + 1} AS SELECT 1;`).join('\n');
}

async function bench(vql: string, more: Partial<BenchOptions> = {}): Promise<Bench> {
  return await openBench({ port: vdp.port, vql, ...more });
}

async function deploy({ system, context }: Bench, until = signal) {
  return await system.perform(context('VQL'), until);
}

function sent(): string[] {
  return vdp.log.map(({ text }) => text);
}

function hasView(name: string): boolean {
  return findElement(databaseOf(vdp.model, 'admin'), 'VIEW', name) !== null;
}

describe('the VQL of a revision', () => {
  it('is executed command by command over one connection, in single user mode, and looked at afterwards', async () => {
    const script = `-- first\nCREATE DATABASE sales;\nCONNECT DATABASE sales;\nCREATE VIEW v AS SELECT 1;`;
    expect(await deploy(await bench(script))).toEqual({
      state: 'ended',
      end: 'ok',
      exitCode: null,
      message: 'Executed 3 of 3 VQL commands',
      lastLines: [],
      readBack: null,
    });
    expect(sent()).toEqual([
      'ENTER SINGLE USER MODE',
      'CREATE DATABASE sales',
      'CONNECT DATABASE sales',
      'CREATE VIEW v AS SELECT 1',
      'EXIT SINGLE USER MODE',
      'SELECT 1',
      expect.stringContaining(`input_database_name = 'admin'`),
      expect.stringContaining(`input_database_name = 'sales'`),
    ]);
    expect(new Set(vdp.log.map(({ connection }) => connection)).size).toBe(1);
    expect(vdp.singleUser()).toBeNull();
  });

  it('enters single user mode only once where the script does so itself, and leaves it where the script does not', async () => {
    await deploy(await bench('ENTER SINGLE USER MODE;\nCREATE VIEW v AS SELECT 1;\nEXIT SINGLE USER MODE;'));
    expect(sent().filter((text) => text.includes('SINGLE'))).toEqual([
      'ENTER SINGLE USER MODE',
      'EXIT SINGLE USER MODE',
    ]);
    vdp.log.length = 0;
    await deploy(
      await bench('CREATE VIEW w AS SELECT 1;\nENTER SINGLE USER MODE;\nCREATE VIEW x AS SELECT 1;'),
    );
    expect(sent().slice(0, 4)).toEqual([
      'CREATE VIEW w AS SELECT 1',
      'ENTER SINGLE USER MODE',
      'CREATE VIEW x AS SELECT 1',
      'EXIT SINGLE USER MODE',
    ]);
  });

  it('stops at the first command that fails, says how many were executed, and leaves single user mode', async () => {
    vdp.disturb('v12 ', { error: "View 'other' not found" });
    const outcome = await deploy(await bench(views(31)));
    expect(outcome).toMatchObject({
      state: 'ended',
      end: 'error',
      message:
        "VQL command 12 of 31 (line 12) failed: View 'other' not found. Executed 11 of 31 VQL commands",
      lastLines: ['VQL command 12 of 31 (line 12): CREATE VIEW v12 AS SELECT 1', "View 'other' not found"],
    });
    expect(sent().at(-1)).toBe('EXIT SINGLE USER MODE');
    expect(vdp.singleUser()).toBeNull();
    expect([hasView('v11'), hasView('v13')]).toEqual([true, false]);
  });

  it('is executed without single user mode where the user may not enter it, and the thread says so', async () => {
    await vdp.stop();
    vdp = await startVdp({ users: { deploy: { password: 'deploy', isAdministrator: false } } });
    const made = await bench(views(1));
    expect(await deploy(made)).toMatchObject({ end: 'ok' });
    expect(made.told).toEqual(['the server refused single user mode: the VQL is executed without it']);
  });

  it('warns of views that it broke', async () => {
    const script = 'CREATE VIEW a AS SELECT 1;\nCREATE VIEW b AS SELECT * FROM a;\nDROP VIEW a CASCADE;';
    expect(await deploy(await bench(script))).toMatchObject({ end: 'ok' });
    vdp.model.databases
      .get('admin')
      ?.elements.set('view c', { kind: 'VIEW', name: 'c', definition: 'VIEW c AS SELECT * FROM gone' });
    expect(await deploy(await bench('CREATE VIEW d AS SELECT 1;'))).toMatchObject({
      end: 'warning',
      message: 'Executed 1 of 1 VQL commands; invalid views now: admin.c',
    });
  });

  it('is sent no further once another process owns the environment', async () => {
    const made = await bench(views(3));
    let asked = 0;
    const isStillOurs = async (): Promise<boolean> => (asked += 1) < 4;
    expect(await made.system.perform(made.context('VQL', { isStillOurs }), signal)).toEqual({
      state: 'fenced',
    });
    expect([hasView('v2'), hasView('v3')]).toEqual([true, false]);
    expect(vdp.singleUser()).toBeNull();
    vdp.log.length = 0;
    const never = async (): Promise<boolean> => false;
    expect(await made.system.perform(made.context('VQL', { isStillOurs: never }), signal)).toEqual({
      state: 'fenced',
    });
    expect(sent()).toEqual([]);
  });

  it('is not begun where its files are no longer those that were signed', async () => {
    const made = await bench(views(1), { changed: 'customer360@2 was altered' });
    expect(await deploy(made)).toMatchObject({ end: 'error', message: 'customer360@2 was altered' });
    expect(sent()).toEqual([]);
  });

  it('gets the properties of its server: in a literal whatever they hold, bare only a word', async () => {
    const script = "CREATE DATASOURCE JDBC ds DATABASEURI = '${uri}' ${mode};";
    const uri = "jdbc:x;'; DROP DATABASE admin; --";
    const properties = [`uri: ${JSON.stringify(uri)}`, 'mode: ENCRYPTED'];
    expect(await deploy(await bench(script, { properties }))).toMatchObject({ end: 'ok' });
    expect(sent()[1]).toBe(
      "CREATE DATASOURCE JDBC ds DATABASEURI = 'jdbc:x;''; DROP DATABASE admin; --' ENCRYPTED",
    );
    const bare = await bench(script, { properties: ['uri: x', 'mode: "x; DROP"'] });
    expect(await deploy(bare)).toMatchObject({
      end: 'error',
      message:
        'customer360@2: customer360.vql: line 1: property mode stands outside quotes, and its value holds something else than letters, digits, "." and "_"',
    });
  });

  it('is executed where the server answers at the second time', async () => {
    const { port } = vdp;
    await vdp.stop();
    const betweenAttempts = async (): Promise<void> => {
      vdp = await startVdp({ port });
    };
    expect(await deploy(await bench(views(1), { betweenAttempts }))).toMatchObject({ end: 'ok' });
  });

  it('is refused with one sentence where the server cannot be reached', async () => {
    await vdp.stop();
    expect(await deploy(await bench(views(1)))).toMatchObject({
      state: 'ended',
      end: 'error',
      message: expect.stringMatching(
        /^Error getting connection: vdp-1 \(127\.0\.0\.1:\d+\): .*ECONNREFUSED.*; no VQL command was executed$/,
      ),
    });
    vdp = await startVdp();
  });
});

describe('VQL of which nobody knows what came of it', () => {
  it('is lost where the connection breaks at a command, and the count says which', async () => {
    vdp.disturb('v2 ', 'close-after');
    expect(await deploy(await bench(views(3)))).toEqual({
      state: 'lost',
      reason: expect.stringMatching(
        /^Executed 1 of 3 VQL commands; whether VQL command 2 of 3 \(line 2\) was executed too is not known: /,
      ),
      lastLines: [],
    });
    expect(vdp.singleUser()).toBeNull();
  });

  it('is unknown where a command does not answer in its time, and the connection is closed', async () => {
    vdp.disturb('v2 ', 'hold');
    const outcome = await deploy(await bench(views(3), { timeoutSeconds: 1 }));
    expect(outcome).toMatchObject({
      state: 'ended',
      end: 'unknown',
      message:
        'Executed 1 of 3 VQL commands; whether VQL command 2 of 3 (line 2) was executed too is not known: no answer in 1 s, and the connection was closed',
    });
    await eventually(() => vdp.connections() === 0);
    expect(vdp.singleUser()).toBeNull();
  });

  it('is found lost by the process that comes after, and given up after the third time', async () => {
    const { system, context } = await bench(views(1));
    const onSeen = async (): Promise<void> => undefined;
    expect(await system.probe(context('VQL'), onSeen, signal)).toMatchObject({ state: 'lost' });
    expect(await system.probe(context('VQL', { run: 3 }), onSeen, signal)).toMatchObject({
      state: 'ended',
      end: 'unknown',
    });
    vdp.disturb('v1 ', 'close-before');
    expect(await system.perform(context('VQL', { run: 3 }), signal)).toMatchObject({ end: 'unknown' });
  });
});

describe('VQL that is ended by somebody', () => {
  it('lets the command under way end, sends no other, and says how far it came', async () => {
    vdp.disturb('v2 ', 'hold');
    const made = await bench(views(3));
    const stop = new AbortController();
    const running = deploy(made, stop.signal);
    await eventually(() => sent().includes('CREATE VIEW v2 AS SELECT 1'));
    stop.abort();
    vdp.releaseHeld();
    expect(await running).toEqual({ state: 'interrupted', reason: 'Executed 2 of 3 VQL commands' });
    expect(made.told).toEqual(['was interrupted: Executed 2 of 3 VQL commands']);
    expect(await made.system.end(made.context('VQL'), signal)).toMatchObject({
      state: 'ended',
      end: 'error',
      message: 'was ended. Executed 2 of 3 VQL commands',
    });
    expect(vdp.singleUser()).toBeNull();
    expect(hasView('v3')).toBe(false);
  });

  it('closes the connection on a command that does not end, and does not claim to know what came of it', async () => {
    vdp.disturb('v2 ', 'hold');
    const made = await bench(views(3));
    const stop = new AbortController();
    const running = deploy(made, stop.signal);
    await eventually(() => sent().includes('CREATE VIEW v2 AS SELECT 1'));
    stop.abort();
    expect(await running).toMatchObject({ state: 'interrupted' });
    expect(await made.system.end(made.context('VQL'), signal)).toMatchObject({
      end: 'unknown',
      message: 'was ended. Executed 1 of 3 VQL commands; whether command 2 was executed too is not known',
    });
    await eventually(() => vdp.connections() === 0);
  });
});

describe('VQL that was executed whole', () => {
  it('is done, also where it is interrupted while its views are looked at, and that is said', async () => {
    const made = await bench('CREATE DATABASE x;');
    vdp.disturb('GET_VIEWS', 'hold');
    const stop = new AbortController();
    const running = deploy(made, stop.signal);
    await eventually(() => sent().some((text) => text.includes('GET_VIEWS')));
    stop.abort();
    expect(await running).toMatchObject({
      state: 'ended',
      end: 'warning',
      message: 'Executed 1 of 1 VQL commands; it was interrupted before its views were looked at',
    });
  });
});

describe('a secret', () => {
  const secret = "it's-a-S3cret; DROP";

  it('is sent and never said, however the server repeats it', async () => {
    const script = "CREATE DATASOURCE JDBC ds USERPASSWORD = '${db.PASSWORD}';";
    const made = await bench(script, {
      properties: ['db.PASSWORD: { env: DB }'],
      secrets: { DB: secret },
    });
    const quoted = secret.replaceAll("'", "''");
    vdp.disturb('DATASOURCE', {
      error: `Syntax error near '${quoted}' ${secret} ${Buffer.from(secret).toString('base64')} and deploy-password`,
    });
    const outcome = await deploy(made);
    expect(sent()[1]).toContain(quoted);
    expect(outcome).toMatchObject({ end: 'error', message: expect.stringContaining("near '•••' ••• •••") });
    expect(JSON.stringify([outcome, made.told])).not.toMatch(/S3cret|c2Vj|U2Vj/i);
  });

  it('that is the password of the connection is not said by a login that failed', async () => {
    const made = await bench(views(1), { password: 'wrong-password' });
    const outcome = await deploy(made);
    expect(outcome).toMatchObject({
      end: 'error',
      message: expect.stringContaining('The username or password is incorrect'),
    });
    expect(JSON.stringify(outcome)).not.toContain('wrong-password');
    // Once only: a user who tries too often is locked out.
    expect(vdp.everConnected()).toBe(1);
  });
});
