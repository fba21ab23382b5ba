import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { harmless } from '../../domain/quote.ts';
import {
  type CommandSession,
  type Fence,
  type Marker,
  type Pushed,
  type Seen,
  Unreachable,
} from '../command.ts';
import { type Channel, gather, type OpenChannel } from './channel.ts';
import { lookWithin } from './look-within.ts';
import { directoryBytes, packDirectory } from './pack.ts';
import { followChannel, readSeen } from './protocol.ts';
import { exportLines, quotePath, quoteWord, shLine } from './shell-words.ts';

/** What a session is built on: a way to open channels, and where the runner works there. */
export interface RunnerTarget {
  server: string;
  open: OpenChannel;
  /** Absolute, or below the login's home with `~/`. */
  workDirectory: string;
  keepRevisions: number;
  close: () => Promise<void>;
}

const runnerText = readFileSync(new URL('run.sh', import.meta.url));
const runnerName = `runner-${createHash('sha256').update(runnerText).digest('hex').slice(0, 12)}.sh`;
/** What our line exits with when the runner is not there yet. */
const runnerMissing = 97;
const shortCallMs = 30_000;
const pushMs = 600_000;
const askFirstBytes = 2_097_152;

/** Opens a session with the runner in place; the same for every driver. Rejects with `Unreachable`. */
export async function openRunnerSession(target: RunnerTarget): Promise<CommandSession> {
  await install(target);
  return createSession(target);
}

function createSession(target: RunnerTarget): CommandSession {
  const pushed = new Map<string, Promise<string>>();
  return {
    check: async () => {
      const answer = await call(target, ['check'], '', shortCallMs);
      return answer === 'ready' ? { ok: true } : { ok: false, reason: harmless(answer) };
    },
    push: async (files) => {
      const key = keyOf(files);
      const known = pushed.get(key) ?? pushRevision(target, key, files);
      pushed.set(key, known);
      known.catch(() => pushed.delete(key));
      return await known;
    },
    start: async (marker, fence, work, onOutput, signal) => {
      const text = work.kind === 'line' ? stepText(work) : '';
      const bytes = Buffer.byteLength(text);
      const words = work.kind === 'words' ? work.words : [];
      const place = [markerPath(marker), fencePath(fence), String(fence.token), work.kind, String(bytes)];
      const channel = await openRunner(target, ['start', ...place, work.directory ?? '.', ...words]);
      return await followChannel(channel, { offset: 0, input: text, onOutput, signal });
    },
    follow: async (marker, offset, onOutput, signal) => {
      const channel = await openRunner(target, ['follow', markerPath(marker), String(offset)]);
      return await followChannel(channel, { offset, input: '', onOutput, signal });
    },
    seal: async (fence, marker) =>
      await see(target, ['seal', markerPath(marker), fencePath(fence), String(fence.token)], shortCallMs),
    end: async (marker, graceMs) => {
      const graceSeconds = String(Math.ceil(graceMs / 1_000));
      return await see(target, ['end', markerPath(marker), graceSeconds], graceMs + shortCallMs);
    },
    ask: async (line, variables, directory, timeoutMs) => {
      const channel = await target.open(shLine('exec /bin/sh -s'));
      const enter = directory === null ? '' : `cd ${quotePath(directory)} || exit 126\n`;
      const script = `${exportLines(variables)}${enter}(\n${line}\n) </dev/null\n`;
      const { exitCode, stdout, stderr, timedOut } = await gather(channel, script, timeoutMs);
      return { exitCode: timedOut ? null : exitCode, stdout, stderr, timedOut };
    },
    lookWith: async (files, work, onOutput, signal) => {
      const say = async (words: string[], input: string | Buffer = ''): Promise<string> =>
        await call(target, words, input, input === '' ? shortCallMs : pushMs);
      const open = async (words: string[]): Promise<Channel> => await openRunner(target, words);
      const lent = await say(['lend', keyOf(files)], await packDirectory(files.directory));
      return await lookWithin({ say, open, lent }, { ...work, text: stepText(work), onOutput }, signal);
    },
    close: target.close,
  };
}

/** Secrets stand in no argument that others on the machine could see, and in a file no longer than it is being read. */
function stepText({ line, variables }: { line: string; variables: Record<string, string> }): string {
  return `rm -f -- "$0"\n${exportLines(variables)}${line}\n`;
}

function keyOf({ name, version, digest }: Pushed): string {
  return `${name}@${version}-${digest.slice(0, 12)}`;
}

function markerPath({ installation, deployment, attempt, task, run }: Marker): string {
  return `${installation}/${deployment}/${attempt}/${task}.${run}`;
}

function fencePath({ installation, environment }: Fence): string {
  return `${installation}/${environment}`;
}

/** Opens a channel to the runner; its exit code says so when somebody removed it. */
async function openRunner(target: RunnerTarget, words: string[]): Promise<Channel> {
  const work = quotePath(target.workDirectory);
  const [command = '', ...rest] = words;
  const runner = `${work}/${runnerName}`;
  const script = `[ -e ${runner} ] || exit ${runnerMissing}; exec sh ${runner} ${command} ${work} ${rest.map(quoteWord).join(' ')}`;
  return await target.open(shLine(script));
}

/** Puts the runner there under a name that holds its digest: an older bot's runs keep their own runner. */
async function install(target: RunnerTarget): Promise<void> {
  const work = quotePath(target.workDirectory);
  const there = await gather(await target.open(shLine(`[ -e ${work}/${runnerName} ]`)), '', shortCallMs);
  if (there.exitCode === 0) return;
  const put = `mkdir -p ${work} && cat >${work}/${runnerName}.$$ && mv ${work}/${runnerName}.$$ ${work}/${runnerName}`;
  const done = await gather(await target.open(shLine(`umask 077; ${put}`)), runnerText, shortCallMs);
  if (done.exitCode !== 0) throw brokenOff(target, 'putting the runner in place', done.stderr || done.reason);
}

/** A short call: what the runner said after its mark. */
async function call(
  target: RunnerTarget,
  words: string[],
  input: string | Buffer,
  timeoutMs: number,
): Promise<string> {
  const channel = await openRunner(target, words);
  const answer = await gather(channel, input, timeoutMs);
  const mark = answer.stdout.lastIndexOf('\0LL\0');
  if (mark < 0 || answer.exitCode === null)
    throw brokenOff(target, words[0] ?? '', answer.stderr.trim() || answer.reason || 'no answer in time');
  return answer.stdout.slice(mark + 4).trim();
}

function brokenOff({ server }: RunnerTarget, what: string, why: string): Unreachable {
  return new Unreachable(`${server}: ${what} failed: ${why}`);
}

async function see(target: RunnerTarget, words: string[], timeoutMs: number): Promise<Seen> {
  const answer = await call(target, words, '', timeoutMs);
  const seen = readSeen(answer);
  if (!seen) throw brokenOff(target, words[0] ?? '', answer);
  return seen;
}

async function pushRevision(
  target: RunnerTarget,
  key: string,
  files: { name: string; directory: string },
): Promise<string> {
  // Sending a little again costs less than asking first.
  const there =
    (await directoryBytes(files.directory)) > askFirstBytes
      ? await call(target, ['has', key], '', shortCallMs)
      : '';
  if (there !== '') return there;
  const archive = await packDirectory(files.directory);
  return await call(target, ['unpack', key, files.name, String(target.keepRevisions)], archive, pushMs);
}
