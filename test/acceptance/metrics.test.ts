import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { hasPrometheus, type Prometheus, promtool, startPrometheus } from '../helpers/prometheus.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

interface Board {
  panels: { title: string; targets: { expr: string }[] }[];
}

const board = JSON.parse(readFileSync('examples/grafana/lamplighter.json', 'utf8')) as Board;

/** What shows nothing where nothing of it happened. */
const mayBeEmpty = [
  'Servers that did not end well, per hour',
  'Tasks that did not end well, per hour',
  'Messages on their way',
];

describe.skipIf(!hasPrometheus())(
  'the numbers of a bot, read by a real Prometheus (needs prometheus)',
  () => {
    let stage: Stage;
    let prometheus: Prometheus;
    let begunAt: number;

    /** Asks until there is something, because it is read once a second. */
    const untilThere = async (expression: string) => {
      let found = await prometheus.query(expression);
      for (let tries = 0; tries < 100 && found.length === 0; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        found = await prometheus.query(expression);
      }
      return found;
    };

    beforeAll(async () => {
      begunAt = Date.now();
      const clusters = [
        { name: 'north', servers: ['web-1'] },
        { name: 'south', servers: ['web-2'] },
      ];
      stage = await setStage({ clusters, onThisMachine: true });
      await stage.startBot();
      prometheus = await startPrometheus(new URL(stage.healthUrl()).host);
      const ana = stage.slack.person('U0ANA');
      await ana.types('/deploy', { channel: 'C0TALK' });
      const form = await ana.modal();
      await form.choose('Revisions or package', 'shop@2');
      await form.choose('Environment', 'shop-production');
      await stage.slack.until(() => form.text().includes('*Plan*'), 20_000);
      await form.type('Reason', 'to be counted');
      await form.submit();
      await stage.cardSays('waiting for approval');
      await stage.slack.person('U0BEN').press(stage.card(), 'Approve');
      await stage.cardSays('done, 2 of 2 servers');
    });
    afterAll(async () => {
      await prometheus?.stop();
      await stage.close();
    });

    test('count its deployment, its servers, its calls to Slack and its answers to people', async () => {
      await untilThere('lamplighter_deployment_seconds_count > 0');
      const counted = async (expression: string) =>
        (await prometheus.query(expression)).map(({ labels, value }) => [
          labels['result'] ?? labels['kind'],
          value,
        ]);
      expect(await counted('lamplighter_deployment_seconds_count{environment="shop-production"}')).toEqual([
        ['ok', 1],
      ]);
      expect(await counted('lamplighter_server_seconds_count{environment="shop-production"}')).toEqual([
        ['ok', 2],
      ]);
      expect(await counted('lamplighter_told_lag_seconds_count{kind="card"} > 1')).toHaveLength(1);
      const elapsed = (Date.now() - begunAt) / 1_000;
      const [lag] = await counted('lamplighter_told_lag_seconds_sum{kind="card"}');
      expect(lag?.[1]).toBeGreaterThan(0);
      expect(lag?.[1]).toBeLessThan(elapsed);
      const tasks = await prometheus.query(
        'sum by (driver, type, result) (lamplighter_task_seconds_count) > 0',
      );
      expect(
        tasks.map(({ labels, value }) => [labels['driver'], labels['type'], labels['result'], value]),
      ).toEqual(
        expect.arrayContaining([
          ['local', 'STEP', 'ok', expect.any(Number)],
          ['script', 'SCRIPT_CLUSTER', 'ok', 4],
        ]),
      );
      const calls = await prometheus.query('sum by (method) (lamplighter_slack_calls_total{outcome="ok"})');
      const methods = calls.map(({ labels }) => labels['method']);
      expect(methods).toEqual(
        expect.arrayContaining(['chat.postMessage', 'chat.update', 'views.open', 'auth.test']),
      );
      const kinds = (await prometheus.query('lamplighter_slack_answer_seconds_count > 0')).map(
        ({ labels }) => labels['kind'],
      );
      expect(kinds.toSorted((one = '', other = '') => one.localeCompare(other))).toEqual([
        'command',
        'options',
        'press',
        'submission',
      ]);
    });

    test('are bounded: no server, deployment or person is a label', async () => {
      const text = await (await fetch(`${stage.healthUrl()}/metrics`)).text();
      expect(text).toContain('# HELP lamplighter_deployments ');
      expect(text).not.toMatch(/web-1|web-2|U0ANA|U0BEN|C0SHOP/);
    });

    test('every panel of the board shows something, or says why it need not', async () => {
      const targets = board.panels.flatMap(({ title, targets: of }) =>
        of.map(({ expr }) => ({ title, expr })),
      );
      expect(targets.length).toBeGreaterThan(15);
      for (const { title, expr } of targets) {
        const found = mayBeEmpty.includes(title) ? await prometheus.query(expr) : await untilThere(expr);
        if (!mayBeEmpty.includes(title)) expect([title, found.length]).not.toEqual([title, 0]);
      }
    }, 120_000);

    test('the alerts are sound, and none of them fires while all is well', async () => {
      expect(promtool('check', 'rules', 'examples/prometheus/lamplighter-rules.yml')).toContain(
        '6 rules found',
      );
      expect(promtool('check', 'config', 'examples/prometheus/prometheus.yml')).toContain('SUCCESS');
      await untilThere('up{job="lamplighter"} == 1');
      const alerts = await prometheus.alerts();
      expect(alerts.map(({ health }) => health)).toEqual(alerts.map(() => 'ok'));
      expect(alerts.filter(({ state }) => state !== 'inactive')).toEqual([]);
      expect(alerts).toHaveLength(6);
    });

    test('each alert looks at numbers that are there', async () => {
      const rules = readFileSync('examples/prometheus/lamplighter-rules.yml', 'utf8');
      const names = [...rules.matchAll(/lamplighter_\w+/g)].map(([name]) => name);
      const text = await (await fetch(`${stage.healthUrl()}/metrics`)).text();
      expect(names.length).toBeGreaterThan(4);
      for (const name of names) expect(text).toContain(`# TYPE ${name} `);
    });

    test('the log says of each step which deployment, environment and server it is about', () => {
      const lines = stage
        .botLog()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const of = (event: string) => lines.filter((line) => line['event'] === event);
      expect(
        of('server_ended').map(({ deployment, environment, server }) => [deployment, environment, server]),
      ).toEqual([
        [1, 'shop-production', 'web-1'],
        [1, 'shop-production', 'web-2'],
      ]);
      expect(of('requested')[0]).toMatchObject({ deployment: 1, environment: 'shop-production' });
    });
  },
);
