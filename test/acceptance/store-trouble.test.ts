import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { Database } from '../../src/store/sqlite/driver.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

const channel = 'C0SHOP';
const withoutStrace = spawnSync('strace', ['-V']).status !== 0;
if (withoutStrace) {
  const sentence = 'the Debian package strace is missing: nothing can make a mounted disk read-only';
  if (process.env['CI'] === 'true') throw new Error(sentence);
  console.warn(`skipped: ${sentence}`);
}

let stage: Stage;
let data: string;
beforeEach(async () => {
  const clusters = [
    { name: 'north', servers: ['web-1', 'web-2'] },
    { name: 'south', servers: ['web-3'] },
  ];
  stage = await setStage({ clusters, onThisMachine: true });
  data = join(stage.directory, 'data');
  await stage.startBot();
  await request();
});
afterEach(async () => await stage.close());

async function request(): Promise<void> {
  const ana = stage.slack.person('U0ANA');
  await ana.types('/deploy shop@2 to shop-production', { channel });
  const form = await ana.modal();
  await form.type('Reason', 'before the trouble');
  await form.submit();
  await stage.cardSays('waiting for approval');
}

const readiness = async (): Promise<string> => {
  const response = await fetch(`${stage.healthUrl()}/readyz`);
  return `${response.status} ${(await response.text()).trim()}`;
};
const until = async (isThere: (readiness: string) => boolean): Promise<string> => {
  for (let tries = 0; ; tries += 1) {
    const now = await readiness();
    if (isThere(now) || tries > 300) return now;
    await delay(100);
  }
};
const cancel = async (): Promise<string | undefined> =>
  (await stage.slack.person('U0ANA').types('/deploy cancel 1', { channel })).text;
const said = (words: string): number => stage.botLog().split(words).length - 1;

/** Lets every write of the bot fail as the system would, for as long as it is attached. */
async function failWrites(error: string): Promise<ChildProcess> {
  const inject = [
    '-f',
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    'trace=pwrite64',
    '-e',
    `inject=pwrite64:error=${error}`,
  ];
  const strace = spawn('strace', [...inject, '-p', String(stage.botPid())], { stdio: 'ignore' });
  await delay(300);
  return strace;
}

interface Trouble {
  begin: () => Promise<() => void | Promise<void>>;
  reason: string;
}

const endOf = (strace: ChildProcess) => async (): Promise<void> => {
  const gone = new Promise((done) => strace.once('exit', done));
  strace.kill('SIGINT');
  await gone;
};
const troubles: [string, Trouble, boolean][] = [
  [
    'a disk that became read-only',
    { begin: async () => endOf(await failWrites('EROFS')), reason: 'its disk fails' },
    withoutStrace,
  ],
  [
    'a disk that fails',
    { begin: async () => endOf(await failWrites('EIO')), reason: 'its disk fails' },
    withoutStrace,
  ],
  [
    'a file size limit',
    {
      begin: async () => {
        const pid = String(stage.botPid());
        execFileSync('prlimit', [
          '--pid',
          pid,
          `--fsize=${statSync(join(data, 'lamplighter.db')).size}:unlimited`,
        ]);
        return () => void execFileSync('prlimit', ['--pid', pid, '--fsize=unlimited:unlimited']);
      },
      reason: 'its disk fails',
    },
    false,
  ],
  [
    'a data directory that was moved away',
    {
      begin: async () => {
        renameSync(data, `${data}.away`);
        return () => renameSync(`${data}.away`, data);
      },
      reason: 'its file was removed or moved away',
    },
    false,
  ],
  [
    'a lock of another program',
    {
      begin: async () => {
        const other = new Database(join(data, 'lamplighter.db'));
        other.exec('BEGIN IMMEDIATE');
        return () => void other.close();
      },
      reason: 'another program keeps it locked',
    },
    false,
  ],
];

describe.each(troubles)('%s', (_name, { begin, reason }, isMissing) => {
  test.skipIf(isMissing)(
    'is one sentence for people, for /readyz and in the log, and when it is over everything goes on',
    async () => {
      const end = await begin();
      const unwell = await until((now) => now.startsWith('503'));
      expect(unwell).toMatch(/^503 \S+lamplighter\.db [^\n]+$/);
      expect(await cancel()).toBe(
        `Lamplighter cannot write to its database now: ${reason}. This was not taken, unless \`/deploy list\` shows it; tell whoever runs Lamplighter, and send it again after that.`,
      );
      expect(JSON.stringify(await stage.slack.person('U0ANA').types('/deploy list', { channel }))).toContain(
        '#1',
      );
      await end();
      expect(await until((now) => now.startsWith('200'))).toBe('200 ok');
      expect(said(unwell.slice('503 '.length))).toBe(1);
      await stage.slack.until(() => said('the database can be written again') === 1, 20_000);
      expect(await cancel()).toContain('#1');
      await stage.cardSays('cancelled');
    },
  );
});

test('a data directory that was removed is refused for good: nothing is written where nobody finds it', async () => {
  rmSync(data, { recursive: true });
  expect(await readiness()).toMatch(
    /^503 \S+lamplighter\.db was removed or moved away while the bot has it open, and nothing is written to it any more; move it back, or stop the bot and restore a backup$/,
  );
  expect(await cancel()).toContain('its file was removed or moved away');
  expect(await stage.stopBot()).toBe(0);
});

test(
  'locked for 20 s: each command is answered in time, the process never stands still, and each press counts once',
  { timeout: 180_000 },
  async () => {
    const other = new Database(join(data, 'lamplighter.db'));
    other.exec('BEGIN IMMEDIATE');
    const watch = { longestMs: 0, watching: true };
    const watching = (async () => {
      while (watch.watching) {
        const asked = performance.now();
        await fetch(`${stage.healthUrl()}/healthz`);
        watch.longestMs = Math.max(watch.longestMs, performance.now() - asked);
        await delay(20);
      }
    })();
    const ana = stage.slack.person('U0ANA');
    const lockedUntil = Date.now() + 20_000;
    let answers = 0;
    while (Date.now() < lockedUntil) {
      const words = ['cancel 1', 'retry 1', 'lock shop-production', 'list', 'show 1'];
      const given = await Promise.all(
        words.map(async (word) => await ana.types(`/deploy ${word}`, { channel })),
      );
      expect(given.map(({ acknowledged }) => acknowledged)).toEqual(words.map(() => true));
      expect(given.slice(0, 2).map(({ text }) => text)).toEqual(
        Array(2).fill(expect.stringContaining('another program keeps it locked')),
      );
      answers += given.length;
    }
    watch.watching = false;
    await watching;
    console.info(
      `${answers} commands answered; the longest wait for /healthz was ${Math.round(watch.longestMs)} ms`,
    );
    other.close();
    await until((now) => now.startsWith('200'));
    await stage.slack.person('U0BEN').press(stage.card(), 'Approve');
    await stage.cardSays('done, 3 of 3 servers', 60_000);
    const lines = stage.card().thread.map(({ text }) => text);
    expect(lines.filter((text) => text.includes('Approved by'))).toHaveLength(1);
  },
);
