import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** For each room one import that it may not have: of ours, of a package, or of Node. */
const forbidden: Record<string, string[]> = {
  domain: ['../store/store.ts', 'zod', 'node:fs'],
  config: ['../app/decide.ts', 'pino'],
  catalog: ['../app/decide.ts', 'better-sqlite3'],
  app: ['../slack/escape.ts', '../store/sqlite/schema.ts', '@slack/bolt', 'node:fs'],
  store: ['../app/decide.ts', '@slack/bolt'],
  scheduler: ['../app/decide.ts', '../domain/run.ts', 'better-sqlite3'],
  executor: ['../slack/escape.ts', '../app/decide.ts', '../drivers/command.ts', 'ssh2'],
  systems: ['../executor/book.ts', 'ssh2'],
  balancer: ['../executor/book.ts', '../store/store.ts', 'ssh2'],
  drivers: ['../executor/book.ts', '../store/store.ts', '@slack/web-api'],
  progress: ['../slack/escape.ts', '../app/decide.ts', 'node:fs'],
  world: ['../drivers/perform.ts', '../executor/book.ts', 'better-sqlite3', 'node:timers/promises'],
  wording: ['../slack/escape.ts', '../store/store.ts', '@slack/types'],
  slack: ['../executor/book.ts', '../store/sqlite/schema.ts', 'better-sqlite3'],
  control: [
    '../slack/escape.ts',
    '../store/sqlite/schema.ts',
    '../config/env.ts',
    '@slack/bolt',
    'commander',
  ],
  health: ['../app/decide.ts', '../domain/run.ts', 'ssh2'],
  sandbox: ['../domain/run.ts', '../slack/escape.ts', '@slack/bolt'],
};

/** What runs in the browser, by its path below `sandbox/page/browser/`, with imports that it may not have. */
const forbiddenInBrowser: Record<string, string[]> = {
  'planted-0.tsx': ['../../../domain/run.ts', 'node:fs', 'gemoji'],
  'chat/planted-0.tsx': ['../../../../domain/run.ts', 'node:fs', 'ws'],
};

const rooms = readdirSync('src', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'cli')
  .map((entry) => entry.name);

const browser = 'src/sandbox/page/browser';

let copy: string;
let findings: string;

/** One run of the linter over a copy of its configuration and a planted file for each forbidden import. */
beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'll-lint-'));
  copyFileSync('.oxlintrc.json', join(copy, '.oxlintrc.json'));
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'));
  for (const [room, imports] of Object.entries(forbidden))
    for (const [index, path] of imports.entries()) {
      mkdirSync(join(copy, 'src', room, 'deep'), { recursive: true });
      writeFileSync(join(copy, 'src', room, `planted-${index}.ts`), `export * from '${path}';\n`);
      const deeper = path.startsWith('../') ? `../${path}` : path;
      writeFileSync(join(copy, 'src', room, 'deep', `planted-${index}.ts`), `export * from '${deeper}';\n`);
    }
  for (const [path, imports] of Object.entries(forbiddenInBrowser)) {
    mkdirSync(join(copy, browser, 'chat'), { recursive: true });
    writeFileSync(join(copy, browser, path), imports.map((name) => `export * from '${name}';\n`).join(''));
  }
  findings = await new Promise<string>((resolve) => {
    const linter = join(process.cwd(), 'node_modules', '.bin', 'oxlint');
    execFile(linter, ['-f', 'unix'], { cwd: copy, maxBuffer: 1e8 }, (_error, stdout) => resolve(stdout));
  });
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('the boundaries of the rooms', () => {
  test('every room is guarded', () => {
    expect(rooms.length).toBeGreaterThan(10);
    expect(Object.keys(forbidden).toSorted()).toEqual(rooms.toSorted());
  });

  test.each(rooms)('the linter refuses what %s may not import, at both depths', (room) => {
    const imports = forbidden[room] ?? [];
    expect(imports.length).toBeGreaterThan(1);
    for (const [index, path] of imports.entries()) {
      const deeper = path.startsWith('../') ? `../${path}` : path;
      expect(findings).toContain(`src/${room}/planted-${index}.ts:1:1: '${path}' import is restricted`);
      expect(findings).toContain(
        `src/${room}/deep/planted-${index}.ts:1:1: '${deeper}' import is restricted`,
      );
    }
  });

  test('what runs in the browser may import neither another room nor what only Node has', () => {
    for (const [path, imports] of Object.entries(forbiddenInBrowser))
      for (const [index, name] of imports.entries())
        expect(findings).toContain(`${browser}/${path}:${index + 1}:1: '${name}' import is restricted`);
  });

  test('the map of the rooms names every room in one line, and no room that is not there', () => {
    const map = readFileSync('src/README.md', 'utf8');
    const named = [...map.matchAll(/^\| `([a-z]+)\/`/gm)].map((match) => match[1] ?? '');
    expect(new Set(named)).toEqual(new Set([...rooms, 'cli']));
    expect(named).toHaveLength(rooms.length + 1);
  });
});
