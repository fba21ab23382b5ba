import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { foldDeployment } from '../../../src/domain/deployment/fold-deployment.ts';
import { startVdp, type Vdp } from '../../../src/sandbox/denodo/start-vdp.ts';
import type { Store } from '../../../src/store/store.ts';
import { eventually } from '../../helpers/engine.ts';
import { buildChild, makeFolder, migrationsFolder, start } from '../../store/sqlite/child-process.ts';
import { openDenodoStore, startDenodoExecutor } from './executor.ts';

let child: ReturnType<typeof buildChild>;
let folder: ReturnType<typeof makeFolder>;
let vdp: Vdp;

beforeAll(() => {
  child = buildChild('denodo', 'test/systems/denodo/deploying-child.ts');
});

afterAll(() => child.remove());

beforeEach(async () => {
  vdp = await startVdp();
  folder = makeFolder();
});

afterEach(async () => {
  await vdp.stop();
  folder.remove();
});

/** A bot is killed while the second command is under way; answers its database and the number of its deployment. */
async function killAtSecond(create: string): Promise<{ file: string; number: number }> {
  const file = join(folder.folder, 'lamplighter.db');
  const script = `${create} VIEW a AS SELECT 1;\n${create} VIEW b AS SELECT 2;\n${create} VIEW c AS SELECT 3;`;
  vdp.disturb('VIEW b', 'hold');
  const bot = start(process.execPath, [child.script, file, migrationsFolder, String(vdp.port), script]);
  await bot.printed(1);
  await eventually(() => vdp.log.some(({ text }) => text.includes('VIEW b')));
  bot.process.kill('SIGKILL');
  await bot.ended;
  await eventually(() => vdp.connections() === 0);
  vdp.disturb('VIEW b', null);
  return { file, number: Number(bot.output()) };
}

async function goOn(file: string, number: number, until: string[]) {
  const store = await openDenodoStore(file, migrationsFolder);
  const executor = startDenodoExecutor(store, folder.folder);
  try {
    await eventually(async () => until.includes((await load(store, number)).state));
    return await load(store, number);
  } finally {
    await executor.stop();
    await store.close();
  }
}

async function load(store: Store, number: number) {
  const deployment = foldDeployment(await store.eventsAfter(number, 0));
  if (!deployment) throw new Error(`no #${number}`);
  return deployment;
}

describe('a bot that is killed in the middle of a script', () => {
  it('leaves single user mode with its connection, and a person is asked what became of the script', async () => {
    const { file, number } = await killAtSecond('CREATE');
    expect(vdp.singleUser()).toBeNull();
    const sent = vdp.log.length;
    const { state, question } = await goOn(file, number, ['waiting', 'ok', 'error']);
    expect(state).toBe('waiting');
    expect(question?.text).toMatch(
      /^vdp-1: VQL of customer360@2 began and left no result \(a VDP server keeps no record/,
    );
    expect(vdp.log.slice(sent).map(({ text }) => text)).toEqual([]);
  });

  it('goes on by itself where every command of it may be executed again', async () => {
    const { file, number } = await killAtSecond('CREATE OR REPLACE');
    const { state } = await goOn(file, number, ['waiting', 'ok', 'error']);
    expect(state).toBe('ok');
    const created = vdp.log.filter(({ outcome, text }) => outcome === 'ok' && text.startsWith('CREATE'));
    // What the killed bot had sent is executed too, also what nobody heard the end of; then once for each of two servers.
    expect(created.map(({ text }) => text.slice('CREATE OR REPLACE VIEW '.length)[0]).join('')).toBe(
      'ababcabc',
    );
  });
});
