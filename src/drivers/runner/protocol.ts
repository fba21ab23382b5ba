import { harmless } from '../../domain/quote.ts';
import type { Followed, OnOutput, Seen } from '../command.ts';
import type { Channel } from './channel.ts';

const mark = Buffer.from('\0LL\0');

/** Reads `never-started`, `ended 0`, `running 12` or `lost why`; null for anything else. */
export function readSeen(text: string): Seen | null {
  const [word = '', ...rest] = text.trim().split(' ');
  const detail = rest.join(' ');
  switch (word) {
    case 'never-started':
      return { state: 'never-started' };
    case 'ended':
      return /^\d+$/.test(detail) ? { state: 'ended', exitCode: Number(detail) } : null;
    case 'running':
      return { state: 'running', ageMs: Math.max(0, Number(detail)) * 1_000 };
    case 'lost':
      return { state: 'lost', reason: harmless(detail) };
    default:
      return null;
  }
}

interface Following {
  offset: number;
  /** What the runner reads first: the step's text. */
  input: string;
  onOutput: OnOutput;
  signal: AbortSignal;
}

/**
 * Follows one run over its channel: output in order on standard output, the end on standard error. The end counts
 * only once every byte that it names has arrived; then the runner is told that it may go.
 */
export async function followChannel(channel: Channel, following: Following): Promise<Followed> {
  const { signal, input } = following;
  const heard = listen(channel, following);
  channel.stdin.on('error', () => undefined);
  channel.stdin.write(input);
  const abort = (): void => channel.kill();
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  // The end is known before the channel has closed: the next step need not wait for the goodbye.
  const { reason } = await Promise.race([channel.closed, heard.complete]);
  signal.removeEventListener('abort', abort);
  if (heard.other) return heard.other;
  return heard.end && heard.isWhole()
    ? asFollowed(heard.end)
    : { state: 'disconnected', reason: reason || 'the connection broke' };
}

interface End {
  seen: Seen;
  bytes: number;
}

interface Heard {
  end: End | null;
  other: Followed | null;
  isWhole(): boolean;
  /** Resolves when nothing more is to come. */
  complete: Promise<{ reason: string }>;
}

/** Reads both streams as they come; ends the channel's input as soon as nothing more is to come. */
function listen(channel: Channel, { offset, onOutput }: Following): Heard {
  let received = 0;
  let lines = '';
  const afterMark = createMarkFilter();
  let tellComplete: (why: { reason: string }) => void = () => undefined;
  const heard: Heard = {
    end: null,
    other: null,
    complete: new Promise((resolve) => {
      tellComplete = resolve;
    }),
    isWhole: () => heard.end !== null && received >= heard.end.bytes - offset,
  };
  const finish = (): void => {
    if (!heard.other && !heard.isWhole()) return;
    channel.stdin.end();
    tellComplete({ reason: '' });
  };
  channel.stdout.on('data', (chunk: Buffer) => {
    const data = afterMark(chunk);
    if (data.length > 0) onOutput(data, offset + received);
    received += data.length;
    finish();
  });
  channel.stderr.on('data', (chunk: Buffer) => {
    const parts = (lines + chunk.toString('utf8')).split('\n');
    lines = parts.pop() ?? '';
    for (const line of parts.filter((part) => part.startsWith('LL1 '))) {
      heard.end = readEnd(line.slice(4)) ?? heard.end;
      heard.other = readOther(line.slice(4)) ?? heard.other;
    }
    finish();
  });
  return heard;
}

/** Lets through only what follows the runner's mark: a login shell may have printed a greeting before it. */
function createMarkFilter(): (chunk: Buffer) => Buffer {
  let before: Buffer | null = Buffer.alloc(0);
  return (chunk) => {
    if (before === null) return chunk;
    const joined: Buffer = Buffer.concat([before, chunk]);
    const at = joined.indexOf(mark);
    before = at < 0 ? joined : null;
    return at < 0 ? Buffer.alloc(0) : joined.subarray(at + mark.length);
  };
}

/** `ended 0|1234`: what was seen at the end, and how many bytes of output there are in all. */
function readEnd(text: string): End | null {
  const [before = '', bytes] = text.split('|');
  const seen = bytes === undefined ? null : readSeen(before);
  return seen && { seen, bytes: Number(bytes) };
}

function readOther(text: string): Followed | null {
  if (text === 'already-started') return { state: 'already-started' };
  if (text === 'busy')
    return { state: 'disconnected', reason: 'the fence of the environment is held by another call' };
  const fenced = /^fenced (\d+)$/.exec(text);
  return fenced ? { state: 'fenced', highest: Number(fenced[1]) } : null;
}

function asFollowed({ seen, bytes }: End): Followed {
  switch (seen.state) {
    case 'ended':
      return { state: 'ended', exitCode: seen.exitCode, outputBytes: bytes };
    case 'lost':
      return { state: 'lost', reason: seen.reason };
    case 'never-started':
      return { state: 'lost', reason: 'nothing was ever started here' };
    case 'running':
      return { state: 'disconnected', reason: 'the run goes on' };
  }
}
