import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { removeLater } from '../helpers/remove-later.ts';
import { runCli } from '../helpers/run-cli.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'll-simulate-denodo-'));
  for (const name of ['denodo-two-clusters', 'denodo-shared-cache'])
    cpSync(join(import.meta.dirname, `../../examples/config/${name}.yaml`), join(directory, `${name}.yaml`));
  for (const name of ['disable_cluster', 'enable_cluster', 'disable_server', 'enable_server'])
    write(`lb/${name}.sh`, '#!/bin/sh\n');
  write('revisions/customer360/2/customer360.vql', 'CREATE OR REPLACE VIEW customer AS SELECT 1 AS id;\n');
  write('revisions/customer360/2/load_customers.json', '{}\n');
});
afterEach(() => removeLater(directory));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), content);
}

/** The flags for customer360@2, which has a Scheduler task of this type. */
function flagsFor(example: string, taskType: string): string[] {
  write(
    'revisions/customer360/2/revision.yaml',
    [
      'name: customer360',
      'version: "2"',
      'operation: create',
      'parts:',
      '  vql: { file: customer360.vql }',
      `  scheduler: { tasks: [{ project: crm, name: load_customers, type: ${taskType}, file: load_customers.json }] }`,
      '',
    ].join('\n'),
  );
  const environment = example === 'denodo-two-clusters' ? 'denodo-production' : 'denodo-staging';
  return ['--config', `${example}.yaml`, '--environment', environment, '--revision', 'customer360@2'];
}

/** Simulates it; answers its lines in words. */
async function simulate(example: string, taskType: string, ...fails: string[]): Promise<string[]> {
  const words = ['simulate', ...flagsFor(example, taskType), '--format', 'json'];
  const flags = fails.flatMap((fail) => ['--fail', fail]);
  const { code, stdout, stderr } = await runCli([...words, ...flags], { cwd: directory });
  expect([code, stderr]).toEqual([0, '']);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line, index) => inWords(JSON.parse(line) as Record<string, string | number | null>, index + 1));
}

function inWords(line: Record<string, string | number | null>, seq: number): string {
  expect(line['seq']).toBe(seq);
  const { type, action, cluster, server, revision, step, state } = line;
  const what = [type, action, server ?? cluster, revision, step].filter((word) => word !== null);
  return `${what.join(' ')} → ${state}`;
}

describe('lamplighter simulate of a Denodo revision', () => {
  test('with two clusters, half by half', async () => {
    expect(await simulate('denodo-two-clusters', 'VDPDataLoad')).toEqual([
      'SCRIPT_CLUSTER disable eu → ok',
      'VQL vdp-eu-2 customer360@2 → ok',
      'SCH create+run sched-eu customer360@2 → ok',
      'VQL vdp-eu-1 customer360@2 → ok',
      'DATACATALOG_SYNC catalog-eu data-catalog → ok',
      'SCRIPT_CLUSTER enable eu → ok',
      'SCRIPT_CLUSTER disable us → ok',
      'VQL vdp-us-1 customer360@2 → ok',
      'SCH create+run sched-us customer360@2 → ok',
      'SCRIPT_CLUSTER enable us → ok',
      'BACKUP vdp-eu-2 → ok',
      'SERVER_DEPLOYMENT vdp-us-2 → skipped',
      'CLUSTER_DEPLOYMENT apac → skipped',
      'RESULT → ok',
    ]);
  });

  test('with two clusters, when the first server fails', async () => {
    expect(await simulate('denodo-two-clusters', 'VDPDataLoad', 'vdp-eu-2:VQL')).toEqual([
      'SCRIPT_CLUSTER disable eu → ok',
      'VQL vdp-eu-2 customer360@2 → error',
      'ROLLBACK vdp-eu-2 → ok',
      'SCH create+run sched-eu customer360@2 → skipped',
      'DATACATALOG_SYNC catalog-eu data-catalog → skipped',
      'SERVER_DEPLOYMENT vdp-eu-1 → skipped',
      'CLUSTER_DEPLOYMENT us → skipped',
      'SERVER_DEPLOYMENT vdp-us-1 → skipped',
      'HELD eu → held',
      'BACKUP vdp-eu-2 → ok',
      'SERVER_DEPLOYMENT vdp-us-2 → skipped',
      'CLUSTER_DEPLOYMENT apac → skipped',
      'RESULT → error',
    ]);
  });

  test('with a shared cache, when the load of the new cache fails', async () => {
    expect(await simulate('denodo-shared-cache', 'VDPCache', 'sched:SCH:run-cache')).toEqual([
      'SCRIPT_SERVER disable vdp-1 → ok',
      'CACHE swap vdp-1 → ok',
      'VQL vdp-1 customer360@2 → ok',
      'SCH create+run sched customer360@2 → ok',
      'SCH run-cache sched → error',
      'CACHE revert vdp-1 → ok',
      'SERVER_DEPLOYMENT vdp-2 → skipped',
      'SERVER_DEPLOYMENT vdp-3 → skipped',
      'HELD vdp-1 → held',
      'RESULT → error',
    ]);
  });
});

test('lamplighter plan names the server that a task acts on', async () => {
  const words = ['plan', ...flagsFor('denodo-two-clusters', 'VDPDataLoad'), '--format', 'json'];
  const { stdout } = await runCli(words, { cwd: directory });
  const { tasks } = JSON.parse(stdout) as { tasks: { type: string; server: string | null }[] };
  const others = tasks.filter(({ type }) => ['SCH', 'DATACATALOG_SYNC', 'BACKUP'].includes(type));
  expect(others.map(({ type, server }) => `${type} ${server}`)).toEqual([
    'SCH sched-eu',
    'DATACATALOG_SYNC catalog-eu',
    'SCH sched-us',
    'BACKUP vdp-eu-2',
  ]);
});
