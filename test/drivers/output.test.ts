import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { CommandSession } from '../../src/drivers/command.ts';
import { createLocalDriver } from '../../src/drivers/local/local-driver.ts';
import { collectTail } from '../../src/drivers/output-tail.ts';
import { type Order, performWork } from '../../src/drivers/perform.ts';
import { createRedactor } from '../../src/drivers/redact.ts';

const never = new AbortController().signal;
let workDirectory: string;
let session: CommandSession;
let deployment = 0;

beforeAll(async () => {
  workDirectory = mkdtempSync(join(tmpdir(), 'll-output-'));
  session = await createLocalDriver({ variables: process.env }).connect(
    'web-1',
    { driver: 'local', workDirectory },
    never,
  );
});
afterAll(() => rmSync(workDirectory, { recursive: true, force: true }));

function order(more: Partial<Order> = {}): Order {
  deployment += 1;
  const marker = { installation: 'test', deployment, attempt: 1, task: 'step', run: 1 };
  const fence = { installation: 'test', environment: 'shop', token: 1 };
  return { marker, fence, timeoutMs: 10_000, secrets: [], maxOutputBytes: 1_048_576, ...more };
}

const line = (text: string) => ({ kind: 'line' as const, line: text, variables: {}, directory: null });

describe('what is kept of an output', () => {
  test('is its last two hundred lines', async () => {
    const performed = await performWork(session, order(), line('seq 1 1000; exit 3'), never);
    const lines = Array.from({ length: 200 }, (_, index) => String(index + 801));
    expect(performed).toMatchObject({ state: 'ended', exitCode: 3, timedOut: false, lastLines: lines });
  });

  test('is besides all of it, up to 1 MB', async () => {
    const performed = await performWork(session, order(), line('seq 1 1000; exit 3'), never);
    const all = Array.from({ length: 1_000 }, (_, index) => `${index + 1}\n`).join('');
    expect('output' in performed && performed.output).toBe(all);
  });

  test('is of a longer one the first and the last part, whole lines of both, and how much lies between', () => {
    const tail = collectTail(createRedactor([]), 3);
    for (let number = 1; number <= 400_000; number += 1) tail.push(Buffer.from(`line ${number} ü\n`));
    tail.finish();
    const lines = tail.whole().trimEnd().split('\n');
    const seam = lines.findIndex((found) => found.startsWith('… '));
    const [, left = '0'] = /^… (\d+) bytes are left out here/.exec(lines[seam] ?? '') ?? [];
    expect(lines.slice(0, 2)).toEqual(['line 1 ü', 'line 2 ü']);
    expect(lines.at(-1)).toBe('line 400000 ü');
    expect(
      [...lines.slice(0, seam), ...lines.slice(seam + 1)].every((found) => /^line \d+ ü$/.test(found)),
    ).toBe(true);
    expect(Buffer.byteLength(tail.whole())).toBeLessThanOrEqual(1_000_200);
    const said = lines.flatMap((found, at) => (at === seam ? [] : [Buffer.byteLength(`${found}\n`)]));
    const total = Array.from({ length: 400_000 }, (_, at) => Buffer.byteLength(`line ${at + 1} ü\n`));
    const sum = (of: number[]): number => of.reduce((all, one) => all + one, 0);
    expect(Number(left)).toBe(sum(total) - sum(said));
  });

  test('stays bounded however many pieces it comes in', () => {
    const tail = collectTail(createRedactor([]), 3);
    for (let number = 1; number <= 1_000; number += 1) tail.push(Buffer.from(`${number}\n`));
    expect(tail.finish()).toEqual(['998', '999', '1000']);
  });

  test('ends where the limit is, and says so', async () => {
    const work = line(`head -c 3000000 /dev/zero | tr '\\0' 'x'; echo end`);
    const performed = await performWork(session, order(), work, never);
    const lines = 'lastLines' in performed ? performed.lastLines : [];
    expect(lines.at(-1)).toBe('… the output passed 1 MiB; the rest stands on the server');
    expect(lines.join('').length).toBeLessThan(2_000);
    expect(performed).toMatchObject({ state: 'ended', exitCode: 0 });
  });

  test('holds no secret, in whichever form the step prints it', async () => {
    const secret = 'pa$$word/with+signs=';
    const encoded = Buffer.from(secret).toString('base64');
    const work = line(`printf '%s\\n' '${secret}' '${encoded}' '${encodeURIComponent(secret)}'`);
    const performed = await performWork(session, order({ secrets: [secret] }), work, never);
    const kept = 'lastLines' in performed ? [...performed.lastLines, performed.output] : [];
    expect(kept.join('\n')).toContain('•••');
    expect(kept.join('\n')).not.toMatch(/pa\$\$word|cGEkJHdvcmQ|pa%24/);
  });

  test('of a step that is ended at its timeout says that it was', async () => {
    const performed = await performWork(
      session,
      order({ timeoutMs: 200 }),
      line('echo begun; sleep 60'),
      never,
    );
    expect(performed).toMatchObject({ state: 'lost', timedOut: true, lastLines: ['begun'] });
  });
});

describe('a secret', () => {
  test.each([1, 2, 3, 5, 7])('that is cut into chunks of %i characters is hidden all the same', (size) => {
    const text = `before canary-secret after canary-secre then canary-secret`;
    const redactor = createRedactor(['canary-secret']);
    let out = '';
    for (let at = 0; at < text.length; at += size) out += redactor.push(text.slice(at, at + size));
    expect(out + redactor.flush()).toBe('before ••• after canary-secre then •••');
  });

  test('stays hidden in lines that arrive byte by byte, with letters of several bytes', () => {
    const tail = collectTail(createRedactor(['geheimnis-ü']), 5);
    for (const byte of Buffer.from('é geheimnis-ü ü\nzwei')) tail.push(Buffer.from([byte]));
    expect(tail.finish()).toEqual(['é ••• ü', 'zwei']);
  });
});
