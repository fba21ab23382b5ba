import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const entry = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  hasInstallScript: z.boolean().optional(),
});
type Entry = z.infer<typeof entry>;

const ranges = z.record(z.string(), z.string()).default({});
const manifest = z
  .object({
    dependencies: ranges,
    devDependencies: ranges,
    optionalDependencies: ranges,
    overrides: ranges,
    allowScripts: z.record(z.string(), z.boolean()),
    scripts: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));
const lock = z
  .object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), entry) })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));

const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
const named = (all: [string, Entry][]) => all.map(([path]) => path.replace(/^.*node_modules\//, ''));

/** What is installed in production, and what builds and judges it where we do so. */
const isForElsewhere = ({ dev, optional, os }: Entry) =>
  dev === true && optional === true && os !== undefined;

describe('threat 20: every package of package-lock.json', () => {
  test('has the SHA-512 of its contents; only binaries of tools for other systems may lack it, and none in production', () => {
    const without = packages.filter(
      ([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''),
    );
    expect(named(without.filter(([, found]) => !isForElsewhere(found)))).toEqual([]);
    const here = without.filter(([, { os, cpu }]) => os?.includes('linux') && cpu?.includes('x64'));
    expect(named(here).filter((name) => !name.endsWith('-musl'))).toEqual([]);
    expect(packages.length - without.length).toBeGreaterThan(300);
  });

  test('comes from the registry that npm is set to, by its version: none from an address, a repository or a directory', () => {
    const elsewhere = packages.filter(
      ([, { resolved, link, version }]) =>
        link === true ||
        !/^\d+\.\d+\.\d+/.test(version ?? '') ||
        (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')),
    );
    expect(named(elsewhere)).toEqual([]);
  });

  test('runs nothing when it is installed, but better-sqlite3', () => {
    const running = new Set(named(packages.filter(([, { hasInstallScript }]) => hasInstallScript)));
    const allowed = Object.entries(manifest.allowScripts);
    const allowedNames = allowed.filter(([, may]) => may).map(([name]) => name);
    expect(allowedNames.filter((name) => !name.startsWith('better-sqlite3'))).toEqual([]);
    expect([...running].filter((name) => manifest.allowScripts[name] === undefined)).toEqual([]);
    expect(allowedNames).toContain('better-sqlite3');
  });

  test('that we ask for is pinned to one version, in production, in development and where another asks for it', () => {
    const { dependencies, devDependencies, optionalDependencies, overrides } = manifest;
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides };
    const loose = Object.entries(all).filter(([, range]) => !/^(npm:[a-z0-9-]+@)?\d+\.\d+\.\d+$/.test(range));
    expect(loose).toEqual([]);
    expect(
      Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name)),
    ).toEqual([]);
  });
});
