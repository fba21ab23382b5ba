import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { databaseOf, findElement } from '../../../src/sandbox/denodo/model.ts';
import { startVdp, type Vdp } from '../../../src/sandbox/denodo/start-vdp.ts';
import { type Bench, openBench } from './bench.ts';

const signal = new AbortController().signal;
const onSeen = async (): Promise<void> => undefined;

let vdp: Vdp;
let bench: Bench;

beforeEach(async () => {
  vdp = await startVdp();
  bench = await openBench({ port: vdp.port, vql: 'CREATE VIEW bad AS SELECT 1;' });
});

afterEach(async () => {
  await vdp.stop();
});

function viewOf(name: string): string | undefined {
  return findElement(databaseOf(vdp.model, 'admin'), 'VIEW', name)?.definition;
}

async function deployed(vql: string): Promise<void> {
  const other = await openBench({ port: vdp.port, vql });
  expect(await other.system.perform(other.context('VQL'), signal)).toMatchObject({ end: 'ok' });
}

function pathOf(name = '7-1.vql'): string {
  return join(bench.dataDirectory, 'backups', 'denodo-staging', name);
}

describe('the backup after a deployment', () => {
  it('is the whole server in a file that only its owner may read, and its path is the last line', async () => {
    await deployed('CREATE VIEW good AS SELECT 1;');
    expect(await bench.system.perform(bench.context('BACKUP'), signal)).toEqual({
      state: 'ended',
      end: 'ok',
      exitCode: null,
      message: `saved as ${pathOf()}`,
      lastLines: [pathOf()],
      readBack: null,
    });
    expect(readFileSync(pathOf(), 'utf8')).toContain('CREATE OR REPLACE VIEW good AS SELECT 1;');
    expect(readFileSync(pathOf(), 'utf8')).not.toMatch(/DROP/);
    expect(statSync(pathOf()).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(pathOf())).mode & 0o777).toBe(0o700);
    expect(readdirSync(dirname(pathOf()))).toEqual(['7-1.vql']);
  });

  it('is found again after a crash, and made where there is none', async () => {
    expect(await bench.system.probe(bench.context('BACKUP'), onSeen, signal)).toEqual({
      state: 'never-started',
    });
    await bench.system.perform(bench.context('BACKUP'), signal);
    expect(await bench.system.probe(bench.context('BACKUP'), onSeen, signal)).toMatchObject({
      end: 'ok',
      lastLines: [pathOf()],
    });
  });

  it('that fails is a warning, or an error where it is to stop, and leaves no half of a file', async () => {
    vdp.disturb('DESC VQL', { error: 'Insufficient privileges' });
    expect(await bench.system.perform(bench.context('BACKUP'), signal)).toMatchObject({
      end: 'warning',
      message: 'no backup was saved: Insufficient privileges',
      lastLines: [],
    });
    const { plan } = bench.context('BACKUP');
    const strict = {
      ...plan,
      environment: { ...plan.environment, backupAfter: { onFailure: 'stop' as const } },
    };
    expect(await bench.system.perform(bench.context('BACKUP', { plan: strict }), signal)).toMatchObject({
      end: 'error',
    });
    expect(() => readdirSync(dirname(pathOf()))).toThrow('ENOENT');
  });

  it('is not kept where the server writes it so that it would drop in cascade', async () => {
    vdp.model.databases.get('admin')?.elements.set('view x', {
      kind: 'VIEW',
      name: 'x',
      definition: 'VIEW x AS SELECT 1;\nDROP VIEW y CASCADE',
    });
    expect(await bench.system.perform(bench.context('BACKUP'), signal)).toMatchObject({
      end: 'warning',
      message: expect.stringMatching(
        /^no backup was saved: line \d+ of what the server described drops in cascade$/,
      ),
    });
  });
});

describe('a failed server is restored', () => {
  async function restore(backupPath: string | null = pathOf()) {
    return await bench.system.perform(bench.context('ROLLBACK', { backupPath }), signal);
  }

  it('from the backup, in single user mode, and is told what a restore does not do', async () => {
    const definition = "VIEW good AS SELECT 'one; ${not.a.property}' x";
    vdp.model.databases.get('admin')?.elements.set('view good', { kind: 'VIEW', name: 'good', definition });
    await bench.system.perform(bench.context('BACKUP'), signal);
    await deployed('CREATE OR REPLACE VIEW good AS SELECT 2;\nCREATE VIEW added AS SELECT 3;');
    vdp.log.length = 0;
    const outcome = await restore();
    expect(outcome).toMatchObject({
      end: 'ok',
      message: expect.stringMatching(
        /^restored from .*\/7-1\.vql\. Executed 5 of 5 VQL commands\. .*does not remove$/,
      ),
    });
    expect(viewOf('good')).toBe(definition);
    expect(viewOf('added')).toBeDefined();
    expect(vdp.log.map(({ text }) => text).filter((text) => text.includes('SINGLE'))).toEqual([
      'ENTER SINGLE USER MODE',
      'EXIT SINGLE USER MODE',
    ]);
    expect(vdp.singleUser()).toBeNull();
  });

  it('and it is said where the backup brought another cache with it', async () => {
    await bench.system.perform(bench.context('BACKUP'), signal);
    await deployed("ALTER DATASOURCE JDBC vdpcachedatasource DATABASEURI = 'jdbc:other';");
    expect(await restore()).toMatchObject({
      end: 'warning',
      message: expect.stringContaining(
        'The backup set its cache to `jdbc:postgresql://cache:5432/cache_a`; before, it was `jdbc:other`',
      ),
    });
  });

  it.each([
    ['DROP VIEW IF EXISTS good CASCADE;', /drops in cascade \(line 1\)/],
    ["CREATE VIEW 'half", /line 1: the literal that begins here is never closed$/],
  ])('but not from a file that holds %j: nothing of it is executed', async (content, reason) => {
    mkdirSync(dirname(pathOf()), { recursive: true });
    writeFileSync(pathOf(), content);
    expect(await restore()).toMatchObject({ end: 'error', message: expect.stringMatching(reason) });
    expect(vdp.log).toEqual([]);
  });

  it('but not from a path that leads elsewhere, nor from one that is not there', async () => {
    for (const path of ['/etc/passwd', join(dirname(pathOf()), '../other/1-1.vql'), '/tmp/1-1.vql'])
      expect(await restore(path)).toMatchObject({
        end: 'error',
        message: `${path} is no backup that was made here for this environment`,
      });
    expect(await restore()).toMatchObject({ end: 'error', message: expect.stringContaining('ENOENT') });
    expect(await restore(null)).toMatchObject({ message: 'no backup of a successful deployment is known' });
  });

  it('half, where it fails in the middle, and that is said', async () => {
    await deployed('CREATE VIEW good AS SELECT 1;');
    await bench.system.perform(bench.context('BACKUP'), signal);
    vdp.disturb('OR REPLACE VIEW good', { error: 'Out of memory' });
    expect(await restore()).toMatchObject({
      end: 'error',
      message: expect.stringContaining('failed: Out of memory. Executed 3 of 5 VQL commands'),
    });
    expect(vdp.singleUser()).toBeNull();
    expect(await bench.system.probe(bench.context('ROLLBACK'), onSeen, signal)).toMatchObject({
      state: 'lost',
    });
  });
});
