import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { createRevisionReader } from '../../src/catalog/revision-reader.ts';

const expected = { name: 'customer360', version: '2' };
const script = [
  '# REQUIRES-PROPERTIES-FILE - # Do not remove this comment!',
  'CONNECT DATABASE sales;',
  "CREATE OR REPLACE DATASOURCE JDBC customvdpcachedatasource DATABASEURI = '${db.URI}' ${db.MODE};",
  "CREATE OR REPLACE VIEW v AS SELECT '${db.URI}' FROM w;",
].join('\n');

let directory: string;

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'lamplighter-parts-')), '2');
  mkdirSync(directory);
});

describe('the files that a revision names are read with it', () => {
  it('a script: its commands, its properties, its caches, and whether it may be repeated', async () => {
    put('customer360.vql', script);
    put('customer360.properties', String.raw`db.URI=jdbc\:mysql`);
    revise('vql: { file: customer360.vql, properties: customer360.properties }');
    expect(await read()).toMatchObject({
      ok: true,
      value: {
        parts: {
          vql: {
            runbook: null,
            tasks: [],
            vql: {
              file: 'customer360.vql',
              statements: 3,
              properties: ['db.URI', 'db.MODE'],
              cacheDataSources: ['sales.customvdpcachedatasource'],
              isRepeatable: true,
              isParameterised: true,
            },
          },
        },
      },
    });
  });

  it('a script that is executed once only, and needs nothing', async () => {
    put('a.vql', 'CREATE VIEW v AS SELECT 1;');
    revise('vql: { file: a.vql }');
    expect(await read()).toMatchObject({
      value: { parts: { vql: { vql: { isRepeatable: false, isParameterised: false, properties: [] } } } },
    });
  });

  it('the tasks of a scheduler with the properties of their definitions', async () => {
    put('load.json', '{ "name": "load", "uri": "${crm.URI}", "again": "${crm.URI}" }');
    const task = 'project: crm, name: load, type: VDPCache, file: load.json';
    revise(`scheduler: { tasks: [{ ${task}, marked: true }] }`);
    expect(await read()).toMatchObject({
      value: {
        parts: {
          scheduler: {
            vql: null,
            tasks: [
              {
                project: 'crm',
                name: 'load',
                type: 'VDPCache',
                file: 'load.json',
                properties: ['crm.URI'],
                isMarked: true,
              },
            ],
          },
        },
      },
    });
  });

  it('a task that is removed needs no definition', async () => {
    revise('scheduler: { tasks: [{ project: crm, name: load }] }', 'drop');
    expect(await read()).toMatchObject({
      value: { operation: 'drop', parts: { scheduler: { tasks: [{ file: null, isMarked: false }] } } },
    });
  });

  it('again, once one of them changes, comes or goes', async () => {
    revise('vql: { file: a.vql }');
    const reader = createRevisionReader();
    expect(await reader(directory, expected)).toMatchObject({ ok: false });
    put('a.vql', 'A;');
    expect(await reader(directory, expected)).toMatchObject({
      value: { parts: { vql: { vql: { statements: 1 } } } },
    });
    put('a.vql', 'A;B;');
    expect(await reader(directory, expected)).toMatchObject({
      value: { parts: { vql: { vql: { statements: 2 } } } },
    });
  });
});

describe('a revision whose files cannot be used says which, where and why', () => {
  it.each([
    ["A 'never closed;", 'a.vql: line 1: the literal that begins here is never closed'],
    ['-- only a comment', 'a.vql holds no VQL command'],
  ])('the script %j', async (content, reason) => {
    put('a.vql', content);
    revise('vql: { file: a.vql }');
    expect(await read()).toEqual({
      ok: false,
      faults: [`revision.yaml:5:10 parts.vql.file: ${reason}`],
    });
  });

  it.each([
    ['missing.vql', 'missing.vql cannot be read (ENOENT)'],
    ['/etc/passwd', '/etc/passwd must be a path inside the revision'],
    ['../2/../x.vql', '../2/../x.vql must be a path inside the revision'],
    ['linked.vql', 'linked.vql is no file'],
    ['linked/a.vql', 'linked/a.vql is reached through a link, which is not followed'],
    ['latin1.vql', 'latin1.vql is not UTF-8'],
    ['large.vql', 'large.vql is larger than 16777216 bytes'],
  ])('%s', async (file, reason) => {
    symlinkSync('/etc/hostname', join(directory, 'linked.vql'));
    symlinkSync(directory, join(directory, 'linked'));
    writeFileSync(join(directory, 'latin1.vql'), Buffer.from([0x41, 0xe9, 0x3b]));
    if (file === 'large.vql') put(file, ' '.repeat(16 * 1024 ** 2 + 1));
    revise(`vql: { file: ${file} }`);
    expect(await read()).toEqual({ ok: false, faults: [`revision.yaml:5:10 parts.vql.file: ${reason}`] });
  });

  it('a properties file that names nothing', async () => {
    put('a.vql', 'A;');
    put('a.properties', '# nothing');
    revise('vql: { file: a.vql, properties: a.properties }');
    expect(await read()).toEqual({
      ok: false,
      faults: ['revision.yaml:5:23 parts.vql.properties: a.properties names no property'],
    });
  });

  it('a definition that is no JSON, and a task that is made from none', async () => {
    put('load.json', '{ "name": }');
    revise('scheduler: { tasks: [{ project: crm, name: load, file: load.json }] }');
    expect(await read()).toMatchObject({
      faults: [
        expect.stringContaining('revision.yaml:5:52 parts.scheduler.tasks[0].file: load.json is no JSON:'),
      ],
    });
    revise('scheduler: { tasks: [{ project: crm, name: load }] }');
    expect(await read()).toMatchObject({
      faults: [
        'revision.yaml:5:24 parts.scheduler.tasks[0]: has no file: the task load is made from its definition',
      ],
    });
  });
});

function put(file: string, content: string): void {
  writeFileSync(join(directory, file), content);
}

function revise(part: string, operation = 'create'): void {
  put('revision.yaml', `name: customer360\nversion: "2"\noperation: ${operation}\nparts:\n  ${part}\n`);
}

async function read() {
  return await createRevisionReader()(directory, expected);
}
