import type { CommandSession, Fence, Followed, Marker, Seen, Work } from './command.ts';
import { collectTail, type OutputTail } from './output-tail.ts';
import { createRedactor } from './redact.ts';

/** One run of a task on one target, with everything needed to start it, find it again and end it. */
export interface Order {
  marker: Marker;
  fence: Fence;
  timeoutMs: number;
  /** Values that must not appear in what is kept of the output. */
  secrets: string[];
  /** How much of the output is read; the rest stays on the target. */
  maxOutputBytes: number;
}

/** What a run printed, hidden secrets and all. */
interface Printed {
  lastLines: string[];
  /** All of it, or its first and its last part, at most 1 MB. */
  output: string;
}

/** What came of it. `interrupted` says nothing about the run itself: seal and look. */
export type Performed =
  | ({ state: 'ended'; exitCode: number; timedOut: boolean } & Printed)
  | ({ state: 'lost'; reason: string; timedOut: boolean } & Printed)
  | { state: 'fenced'; highest: number }
  | { state: 'never-started' }
  | { state: 'interrupted'; reason: string };

const killGraceMs = 5_000;
/** Enough to understand a failure after the server was rolled back. */
const keptLines = 200;

/** Starts a run and waits for its end; at the timeout the whole session is ended. */
export async function performWork(
  session: CommandSession,
  order: Order,
  work: Work,
  signal: AbortSignal,
): Promise<Performed> {
  return await followToEnd(session, order, order.timeoutMs, signal, (onOutput, abort) =>
    session.start(order.marker, order.fence, work, onOutput, abort),
  );
}

/**
 * Law 2: seals, looks, and follows a run that still goes on to its end. `onRunning` is told before following,
 * so that the thread can say what was found.
 */
export async function resumeWork(
  session: CommandSession,
  order: Order,
  signal: AbortSignal,
  onSeen: (seen: Seen) => Promise<void>,
): Promise<Performed> {
  const seen = await session.seal(order.fence, order.marker);
  await onSeen(seen);
  switch (seen.state) {
    case 'never-started':
      return seen;
    case 'lost':
      return { ...seen, timedOut: false, ...(await printed(session, order, signal)) };
    case 'ended':
      return { ...seen, timedOut: false, ...(await printed(session, order, signal)) };
    case 'running': {
      const leftMs = Math.max(0, order.timeoutMs - seen.ageMs);
      return await followToEnd(session, order, leftMs, signal, (onOutput, abort) =>
        session.follow(order.marker, 0, onOutput, abort),
      );
    }
  }
}

/** Seals, and ends what still runs: SIGTERM to the whole session, SIGKILL to what has not gone by itself. */
export async function endWork(
  session: CommandSession,
  order: Order,
  signal: AbortSignal,
): Promise<Performed & { wasRunning: boolean }> {
  const sealed = await session.seal(order.fence, order.marker);
  const wasRunning = sealed.state === 'running';
  const seen = wasRunning ? await session.end(order.marker, killGraceMs) : sealed;
  if (seen.state === 'running') return { state: 'interrupted', reason: 'it could not be ended', wasRunning };
  if (seen.state === 'never-started') return { ...seen, wasRunning };
  return { ...seen, timedOut: false, ...(await printed(session, order, signal)), wasRunning };
}

/** What an ended run had printed. */
async function printed(session: CommandSession, order: Order, signal: AbortSignal): Promise<Printed> {
  const tail = collectOutput(order);
  await session.follow(order.marker, 0, (chunk) => tail.push(chunk), signal);
  return { lastLines: tail.finish(), output: tail.whole() };
}

/** The last lines of what is read, hidden secrets and all; says so where it stopped reading. */
function collectOutput({ secrets, maxOutputBytes }: Order): OutputTail {
  const tail = collectTail(createRedactor(secrets), keptLines);
  const limit = `… the output passed ${Math.round(maxOutputBytes / 1_048_576)} MiB; the rest stands on the server`;
  let read = 0;
  return {
    push: (chunk) => {
      if (read < maxOutputBytes) tail.push(chunk.subarray(0, maxOutputBytes - read));
      read += chunk.length;
    },
    finish: () => (read > maxOutputBytes ? [...tail.finish(), limit] : tail.finish()),
    whole: () => (read > maxOutputBytes ? `${tail.whole()}\n${limit}\n` : tail.whole()),
  };
}

type Follow = (onOutput: (chunk: Buffer) => void, signal: AbortSignal) => Promise<Followed>;

async function followToEnd(
  session: CommandSession,
  order: Order,
  timeoutMs: number,
  signal: AbortSignal,
  follow: Follow,
): Promise<Performed> {
  const tail = collectOutput(order);
  const timeout: { ending: Promise<Ending> | null } = { ending: null };
  const timer = setTimeout(() => {
    timeout.ending = endUnlessEnded(session, order);
    timeout.ending.catch(() => undefined);
  }, timeoutMs);
  try {
    const followed = await follow((chunk) => tail.push(chunk), signal);
    const ending = timeout.ending ? await timeout.ending : { seen: null, timedOut: false };
    return asPerformed(followed, ending, { lastLines: tail.finish(), output: tail.whole() });
  } finally {
    clearTimeout(timer);
  }
}

interface Ending {
  seen: Seen | null;
  timedOut: boolean;
}

/** A timer that rings late, after this process was paused, says nothing about the run: the target is asked first. */
async function endUnlessEnded(session: CommandSession, { fence, marker }: Order): Promise<Ending> {
  const seen = await session.seal(fence, marker);
  if (seen.state === 'ended') return { seen, timedOut: false };
  return { seen: await session.end(marker, killGraceMs), timedOut: true };
}

function asPerformed(followed: Followed, { seen, timedOut }: Ending, output: Printed): Performed {
  switch (followed.state) {
    case 'ended':
      return { state: 'ended', exitCode: followed.exitCode, timedOut, ...output };
    case 'lost':
      return { state: 'lost', reason: followed.reason, timedOut, ...output };
    case 'fenced':
      return followed;
    case 'already-started':
      return { state: 'interrupted', reason: 'this run had been started before' };
    case 'disconnected':
      if (seen?.state === 'ended') return { state: 'ended', exitCode: seen.exitCode, timedOut, ...output };
      if (seen?.state === 'lost') return { state: 'lost', reason: seen.reason, timedOut, ...output };
      return { state: 'interrupted', reason: followed.reason };
  }
}
