import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openCatalog } from '../../src/catalog/catalog.ts';
import { withoutPassword } from '../../src/catalog/git/git-program.ts';
import { createGitSource } from '../../src/catalog/git/git-source.ts';
import type { CommandSession } from '../../src/drivers/command.ts';
import { section } from '../../src/slack/blocks.ts';
import { createCommandSystem } from '../../src/systems/command/command-system.ts';
import { sayRefusals } from '../../src/wording/refusal.ts';
import { buildConfiguration, buildEnvironment, buildPlan, quiet } from '../helpers/build.ts';
import { expectHarmless } from '../helpers/hostile-words.ts';

const lie = '<@U0EVIL> `x` <!channel>\n*Approved*\u202E';
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'll-names-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('threat 9: what stands in a catalogue', () => {
  const find = async (version: string) => {
    const source = { type: 'directory' as const, path: join(root, 'shop') };
    const configuration = buildConfiguration([], {
      catalog: { revisions: [{ name: 'shop', source }], packages: [] },
    });
    const catalog = openCatalog(configuration, {
      directory: join(root, 'copies'),
      variables: {},
      now: Date.now,
    });
    const found = await catalog.find('shop', version);
    if (found.ok) throw new Error('it was found');
    return sayRefusals(found.refusals);
  };
  const publish = (version: string, text: string) => {
    const directory = join(root, 'shop', version);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'revision.yaml'), text);
    return directory;
  };

  test('names nobody and breaks no sentence by the name of a file', async () => {
    const directory = publish('2', 'name: shop\nversion: "2"\nparts:\n  release: { runbook: release }\n');
    symlinkSync('/etc/hostname', join(directory, lie));
    const said = await find('2');
    expect(said).toContain('leaves its revision');
    expectHarmless(section(said));
  });

  test('names nobody by a word in revision.yaml, nor by a version that somebody asks for', async () => {
    publish('3', `name: shop\nversion: "3"\n"<@U0EVIL> <!channel>": 1\nparts: {}\n`);
    const said = await find('3');
    expect(said).toContain('cannot be used');
    expectHarmless(section(said));
    expectHarmless(section(await find(lie)));
  });

  test('names nobody by what git answered', async () => {
    const unused = async (): Promise<never> => await Promise.reject(new Error('unused'));
    const source = createGitSource(
      'shop',
      { type: 'git', repository: 'https://git.example/shop', path: '.', tag: 'v{version}' },
      {
        mirror: {
          directory: root,
          tags: async () => [],
          fetch: async () => await Promise.reject(new Error(lie)),
          fetchedAt: async () => null,
        },
        trees: { layOut: unused, readText: unused },
        now: Date.now,
      },
    );
    const problem = await source.refresh();
    expect(problem).toContain('cannot be read');
    expectHarmless(section(problem ?? ''));
    expect(withoutPassword('https://user:canary@git.example/x')).not.toContain('canary');
  });
});

describe('threat 9: an error that nobody foresaw', () => {
  test('names nobody in the thread, whether a step or a check met it', async () => {
    const session = { push: async () => await Promise.reject(new Error(lie)) } as unknown as CommandSession;
    const driver = {
      connect: async () => session,
      look: async () => await Promise.reject(new Error(lie)),
    };
    const system = createCommandSystem({
      drivers: { ssh: driver, local: driver },
      readSecret: () => '',
      findRevisionChange: async () => null,
      maxOutputBytes: () => 1_000,
    });
    const plan = buildPlan(buildEnvironment());
    const task = plan.tasks.find(({ type, server }) => type === 'STEP' && server === 'web-1');
    if (!task) throw new Error('no step');
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
    const outcome = await system.perform(context, new AbortController().signal);
    expect(outcome).toMatchObject({
      state: 'ended',
      end: 'error',
      message: expect.stringContaining('Approved'),
    });
    expectHarmless(section(outcome.state === 'ended' ? outcome.message : ''));
    const refusing = { ...driver, connect: async () => await Promise.reject(new Error(lie)) };
    const broken = createCommandSystem({
      drivers: { ssh: refusing, local: refusing },
      readSecret: () => '',
      findRevisionChange: async () => null,
      maxOutputBytes: () => 1_000,
    });
    const { problem } = await broken.inspect(plan, 'web-1', new AbortController().signal);
    expect(problem).toContain('Approved');
    expectHarmless(section(problem ?? ''));
    const interrupted = await broken.perform(context, new AbortController().signal);
    expectHarmless(section(interrupted.state === 'interrupted' ? interrupted.reason : '<'));
  });
});
