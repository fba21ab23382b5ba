import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { freePort } from '../../src/sandbox/fleet/ports.ts';
import { hasProgram } from './has-program.ts';
import { removeLater } from './remove-later.ts';

/** A real Prometheus on loopback that reads one target every second. */
export interface Prometheus {
  /** The values of an instant query with their labels. Rejects with its sentence where the query is none. */
  query(expression: string): Promise<{ labels: Record<string, string>; value: number }[]>;
  /** Alerting rules by name, with how they stand. */
  alerts(): Promise<{ name: string; state: string; health: string }[]>;
  stop(): Promise<void>;
}

/** Whether Prometheus with its tool is installed. */
export function hasPrometheus(): boolean {
  return hasProgram('prometheus', 'the board and the alerts are not held against a real one');
}

/** What `promtool` says of files of ours; throws what it finds wrong. */
export function promtool(...words: string[]): string {
  return execFileSync('promtool', words, { encoding: 'utf8' });
}

/** Starts it over a target, with the rules of the examples. */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const directory = mkdtempSync(join(tmpdir(), 'll-prometheus-'));
  const port = await freePort();
  const file = join(directory, 'prometheus.yml');
  const rules = resolve('examples/prometheus/lamplighter-rules.yml');
  const global = { scrape_interval: '1s', evaluation_interval: '1s' };
  const jobs = [{ job_name: 'lamplighter', static_configs: [{ targets: [target] }] }];
  writeFileSync(file, JSON.stringify({ global, rule_files: [rules], scrape_configs: jobs }));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const get = async (path: string): Promise<{ data: Record<string, unknown> }> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    const body = (await response.json()) as { status: string; error?: string; data: Record<string, unknown> };
    if (body.status !== 'success') throw new Error(body.error ?? 'Prometheus does not say why');
    return body;
  };
  await untilReady(`http://127.0.0.1:${port}/-/ready`);
  return {
    query: async (expression) => {
      const { data } = await get(`query?query=${encodeURIComponent(expression)}`);
      const found = data['result'] as { metric: Record<string, string>; value: [number, string] }[];
      return found.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
    },
    alerts: async () => {
      const { data } = await get('rules?type=alert');
      const groups = data['groups'] as { rules: { name: string; state: string; health: string }[] }[];
      return groups.flatMap(({ rules: found }) => found);
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      removeLater(directory);
    },
  };
}

async function untilReady(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await delay(100);
  }
  throw new Error('Prometheus did not get ready within 30 s');
}
