import type { LookedWith, OnOutput } from '../command.ts';
import { type Channel, gather } from './channel.ts';

/** What was lent to a target, and how its runner is talked to. */
interface Lent {
  /** Its name there. */
  lent: string;
  say: (words: string[]) => Promise<string>;
  open: (words: string[]) => Promise<Channel>;
}

/** What is run beside it. */
interface Looking {
  text: string;
  timeoutMs: number;
  onOutput: OnOutput;
}

/** How much longer than it is waited for a line that only looks may run: then the target ends it by itself. */
const graceMs = 5_000;
/** It may be given up just while the target begins it. */
const tries = 3;

/** Runs a line beside files that were lent to the target, and takes them back with whatever still runs there. */
export async function lookWithin(
  { lent, say, open }: Lent,
  { text, timeoutMs, onOutput }: Looking,
  signal: AbortSignal,
): Promise<LookedWith> {
  const takeBack = async (): Promise<unknown> => await say(['take-back', lent]).catch(() => undefined);
  try {
    const channel = await open(['look-in', lent, String(Math.ceil((timeoutMs + graceMs) / 1_000))]);
    let offset = 0;
    channel.stdout.on('data', (chunk: Buffer) => {
      onOutput(chunk, offset);
      offset += chunk.length;
    });
    const state = { isClosed: false, timedOut: false };
    const giveUp = async (): Promise<void> => {
      for (let count = 0; count < tries && !state.isClosed; count += 1) await takeBack();
      channel.kill();
    };
    const abort = (): void => void giveUp();
    const timer = setTimeout(() => {
      state.timedOut = true;
      void giveUp();
    }, timeoutMs);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const { exitCode, reason } = await gather(channel, text, timeoutMs + 2 * graceMs);
    state.isClosed = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    const { timedOut } = state;
    return { exitCode: timedOut || signal.aborted ? null : exitCode, timedOut, reason };
  } finally {
    await takeBack();
  }
}
