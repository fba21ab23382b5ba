import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { botProcess } from '../helpers/bot-process.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { hasSshd, type Sshd, startSshd } from '../helpers/sshd.ts';
import { sshConnection } from '../helpers/stage.ts';

const channel = 'C0SHOP';
const clusters = ['pilot', 'winter', 'summer'];
const perCluster = 10;
const names = clusters.flatMap((cluster) =>
  Array.from({ length: perCluster }, (_, index) => `${cluster}-${index + 1}`),
);

/** Where it is measured: different for every server, and the slowest of each wave takes 1.5 s. */
const secondsOf = (name: string): number => 0.6 + (names.indexOf(name) % perCluster) / 10;

/** One step of one server, as the server itself wrote it down, in milliseconds. */
interface Span {
  server: string;
  from: number;
  to: number;
}

describe.skipIf(!hasSshd())('I-20: thirty sshd servers in waves of ten (needs openssh-server)', () => {
  let directory: string;
  let slack: LocalSlack;
  let bot: ReturnType<typeof botProcess>;
  const sshds = new Map<string, Sshd>();

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'll-waves-'));
    for (const name of names) sshds.set(name, await startSshd());
    slack = await startSlack({
      botToken: 'xoxb-stage',
      appToken: 'xapp-stage',
      people: [{ id: 'U0ANA', name: 'ana', timezone: 'Europe/Madrid' }],
      channels: [{ id: channel, name: 'shop' }],
    });
    const configurationFile = join(directory, 'lamplighter.yaml');
    writeFileSync(configurationFile, configuration(sshds, directory));
    const revision = join(directory, 'revisions', 'shop', '2');
    mkdirSync(revision, { recursive: true });
    writeFileSync(
      join(revision, 'revision.yaml'),
      'name: shop\nversion: "2"\noperation: create\nparts: { release: { runbook: release } }\n',
    );
    bot = botProcess({ directory, configurationFile, apiUrl: slack.apiUrl, by: 'socket' });
    await bot.startBot();
  });
  afterAll(async () => {
    await bot.killBot();
    await slack.close();
    await Promise.all([...sshds.values()].map(async (sshd) => await sshd.stop()));
    removeLater(directory);
  });

  test('ten at once, one cluster after another, a person between them, and slash commands are answered meanwhile', async () => {
    const ana = slack.person('U0ANA');
    const card = () => slack.channel(channel).messages()[0];
    // The thread may speak before the card: what is pressed on the card is awaited on the card.
    const cardShows = async (words: string) =>
      await slack.until(() => JSON.stringify({ ...card(), thread: [] }).includes(words), 40_000);
    await ana.types('/deploy shop@2 to instruments', { channel: 'C0SHOP' });
    const form = await ana.modal();
    expect(form.text()).toContain('1. pilot: pilot-1, pilot-2');
    expect(form.text()).toContain('nothing more begins after 2 failed servers');
    await form.type('Reason', 'winter shutdown');
    await form.check('I accept 1 warning');
    expect(await form.submit()).toEqual({ closed: true });
    const answers: { ms: number; acknowledged: boolean }[] = [];
    const isTyping = new AbortController();
    const typing = (async () => {
      while (!isTyping.signal.aborted) {
        const at = performance.now();
        const { acknowledged } = await ana.types('/deploy help', { channel: 'C0SHOP' });
        answers.push({ ms: performance.now() - at, acknowledged });
        await delay(100);
      }
    })();
    for (const next of process.env['MEASURE'] === '1' ? [] : ['winter', 'summer']) {
      await cardShows(`The next one is ${next}`);
      const shown = card();
      if (shown) await ana.press(shown, 'Resume');
    }
    await cardShows('done, 30 of 30 servers');
    isTyping.abort();
    await typing;

    const spans = names.map((name) => readSpan(join(directory, 'times'), name));
    for (const cluster of clusters) {
      const own = spans.filter(({ server }) => server.startsWith(cluster));
      expect(Math.max(...own.map((span) => atOnce(spans, span)))).toBe(perCluster);
    }
    for (const [index, cluster] of clusters.entries()) {
      const later = spans.filter(({ server }) => clusters.indexOf(server.split('-')[0] ?? '') > index);
      const last = Math.max(...spans.flatMap(({ server, to }) => (server.startsWith(cluster) ? [to] : [])));
      expect(later.filter(({ from }) => from < last)).toEqual([]);
    }
    expect(answers.length).toBeGreaterThan(5);
    expect(answers.filter(({ acknowledged }) => !acknowledged)).toEqual([]);
    await slack.until(() => JSON.stringify(card()?.thread).includes('Attempt 1 in'), 40_000);
    report(spans, /Attempt 1 in [^:]*/.exec(JSON.stringify(card()))?.[0] ?? '', answers);
  });
});

/** How many steps were under way when this one began. */
function atOnce(spans: Span[], { from }: Span): number {
  return spans.filter((span) => span.from <= from && from < span.to).length;
}

function readSpan(directory: string, server: string): Span {
  const [from = 0, to = 0] = readFileSync(join(directory, server), 'utf8').trim().split('\n').map(Number);
  return { server, from: from / 1e6, to: to / 1e6 };
}

/** The figures of a run, for whoever asks: MEASURE=1. */
function report(spans: Span[], took: string, answers: { ms: number }[]): void {
  if (process.env['MEASURE'] !== '1') return;
  const chainMs = clusters
    .map((cluster) => spans.filter(({ server }) => server.startsWith(cluster)))
    .reduce((sum, own) => sum + Math.max(...own.map(({ from, to }) => to - from)), 0);
  const sorted = answers.map(({ ms }) => ms).toSorted((left, right) => left - right);
  const [p50, longest] = [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0];
  console.info(
    `${took}, slowest chain ${Math.round(chainMs)} ms; ${sorted.length} commands answered, p50 ${p50.toFixed(1)} ms, longest ${longest.toFixed(1)} ms`,
  );
}

function configuration(sshds: Map<string, Sshd>, directory: string): string {
  const times = join(directory, 'times');
  const pause = process.env['MEASURE'] === '1' ? 'false' : 'true';
  const servers = (cluster: string): string =>
    names
      .filter((name) => name.startsWith(`${cluster}-`))
      .map(
        (name) =>
          `          - { name: ${name}, role: instrument, properties: { seconds: "${secondsOf(name)}" }, connection: ${sshConnection(name, sshds)} }\n`,
      )
      .join('');
  mkdirSync(times);
  for (const cluster of clusters) mkdirSync(join(directory, cluster));
  // A step ends when every server of its cluster has begun its own; to be measured, it takes its time instead.
  const together = `touch '${directory}/{cluster}/{server}'; while [ $( ls '${directory}/{cluster}' | wc -l ) -lt ${perCluster} ]; do sleep 0.1; done; sleep 0.2`;
  const work = process.env['MEASURE'] === '1' ? 'sleep {seconds}' : together;
  return `version: 1
timezone: Europe/London
roles: { promotion: { users: [U0ANA] } }
catalog: { revisions: [{ name: shop, source: { type: directory, path: ./revisions/shop } }] }
environments:
  instruments:
    kind: staging
    system: command
    channel: ${channel}
    deployments:
      paradigm: simple
      topology: several-clusters
      parallel: { perCluster: ${perCluster}, clustersInFlight: 1, maxFailures: 2, pauseBetweenClusters: true }
    payloads: { release: { role: instrument, placement: every-server } }
    runbooks:
      release:
        steps:
          - { id: install, run: "date +%s%N > '${times}/{server}'; ${work}; date +%s%N >> '${times}/{server}'" }
    clusters:
${clusters.map((cluster) => `      - name: ${cluster}\n        servers:\n${servers(cluster)}`).join('')}`.replace(
    'pauseBetweenClusters: true',
    `pauseBetweenClusters: ${pause}`,
  );
}
