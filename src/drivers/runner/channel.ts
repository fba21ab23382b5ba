import type { Readable, Writable } from 'node:stream';

/** One command on a target, with its three streams. */
export interface Channel {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Resolves when the command has ended (its exit code) or the way to it broke (null). Never rejects. */
  closed: Promise<{ exitCode: number | null; reason: string }>;
  /** Gives the command up; what it started detached goes on. */
  kill(): void;
}

/** Opens a channel for a line of the target's login shell. Rejects with `Unreachable` when the way is broken. */
export type OpenChannel = (line: string) => Promise<Channel>;

/** What a short command answered. */
export interface Gathered {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  reason: string;
  timedOut: boolean;
}

const maxGathered = 256 * 1024;

/** Feeds a command, reads what it says up to 256 KiB a stream, and waits for its end, at most `timeoutMs`. */
export async function gather(channel: Channel, input: string | Buffer, timeoutMs: number): Promise<Gathered> {
  const read = (stream: Readable): { text: () => string } => {
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      if (size < maxGathered) chunks.push(chunk);
      size += chunk.length;
    });
    return { text: () => Buffer.concat(chunks).subarray(0, maxGathered).toString('utf8') };
  };
  const stdout = read(channel.stdout);
  const stderr = read(channel.stderr);
  channel.stdin.on('error', () => undefined);
  channel.stdin.end(input);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    channel.kill();
  }, timeoutMs);
  const { exitCode, reason } = await channel.closed;
  clearTimeout(timer);
  return { exitCode, reason, timedOut, stdout: stdout.text(), stderr: stderr.text() };
}
