import type { Connection } from '../domain/configured/connection.ts';
import { harmless } from '../domain/quote.ts';

/** Where one run of a step leaves its marks on the target. All parts are safe words. */
export interface Marker {
  /** This database's own random id, so that two installations never meet in one directory. */
  installation: string;
  deployment: number;
  attempt: number;
  task: string;
  /** Rises with each decision to run the task again; 1 at first. */
  run: number;
}

/** What guards a start: the environment's lease and its token. A target refuses any token below the highest it has seen. */
export interface Fence {
  installation: string;
  environment: string;
  token: number;
}

/** What to run: a `/bin/sh` line with its variables, or words executed without a shell. */
export type Work =
  | { kind: 'line'; line: string; variables: Record<string, string>; directory: string | null }
  | { kind: 'words'; words: string[]; directory: string };

/** What the target knows of one run. */
export type Seen =
  | { state: 'never-started' }
  /** For so long by the target's count, whatever the clocks say. */
  | { state: 'running'; ageMs: number }
  | { state: 'ended'; exitCode: number }
  /** It began, and neither runs nor left an exit code: killed from outside, or the machine restarted. */
  | { state: 'lost'; reason: string };

/** How a start or a follow came back. */
export type Followed =
  | { state: 'ended'; exitCode: number; outputBytes: number }
  | { state: 'lost'; reason: string }
  /** The target had seen a higher token: an older owner was fenced off and nothing was started. */
  | { state: 'fenced'; highest: number }
  /** This marker was already started before; nothing was started again. Look at it. */
  | { state: 'already-started' }
  /** The connection broke or the signal aborted; the run itself goes on untouched. */
  | { state: 'disconnected'; reason: string };

/** Receives output in order: bytes from `offset` on, as the step wrote them. */
export type OnOutput = (chunk: Buffer, offset: number) => void;

/** The files of a revision, in a directory of this machine. */
export interface Pushed {
  name: string;
  version: string;
  digest: string;
  directory: string;
}

/** A `/bin/sh` line that only looks, with its variables. */
export interface LookingLine {
  line: string;
  variables: Record<string, string>;
  timeoutMs: number;
}

/** How such a line came back; `timedOut` when it was ended at its timeout, no exit code when it was given up. */
export interface LookedWith {
  exitCode: number | null;
  timedOut: boolean;
  /** Why there is no exit code. */
  reason: string;
}

/** A short read-only command's end; `timedOut` when it was ended at its timeout. */
export interface Answer {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/**
 * One server, reached. Every call may be repeated; a call that needs the wire rejects with `Unreachable`
 * when the server cannot be reached at all.
 */
export interface CommandSession {
  /** Says whether the server has what the runner needs (sh, flock, setsid, tar, /proc, a writable work directory). */
  check(): Promise<{ ok: true } | { ok: false; reason: string }>;
  /** Puts the files of a revision on the server, once per digest; answers the directory that holds them. */
  push(files: Pushed): Promise<string>;
  /** Starts detached in a session of its own, then follows until it ends, the connection breaks or `signal` aborts. */
  start(marker: Marker, fence: Fence, work: Work, onOutput: OnOutput, signal: AbortSignal): Promise<Followed>;
  /** Follows a run that was started before, from an offset of its output. */
  follow(marker: Marker, offset: number, onOutput: OnOutput, signal: AbortSignal): Promise<Followed>;
  /** Raises the fence, and only then looks: what it answers cannot be changed by an older owner any more. */
  seal(fence: Fence, marker: Marker): Promise<Seen>;
  /** Ends the whole session of a run: SIGTERM, then SIGKILL after `graceMs`. Answers what is seen afterwards. */
  end(marker: Marker, graceMs: number): Promise<Seen>;
  /** Runs a read-only line without markers (read-back, `unless`, status); ended at the timeout. */
  ask(
    line: string,
    variables: Record<string, string>,
    directory: string | null,
    timeoutMs: number,
  ): Promise<Answer>;
  /**
   * Runs a line that only looks, beside the files of a revision that are lent to the server for it and taken back.
   * Without markers: given up at the timeout or when `signal` aborts, and then nothing is known of it.
   */
  lookWith(files: Pushed, work: LookingLine, onOutput: OnOutput, signal: AbortSignal): Promise<LookedWith>;
  /** Closes the connection; runs on the server go on. */
  close(): Promise<void>;
}

/** What is seen of a server that is only looked at. */
export interface Look {
  /** What the runner needs and the server lacks. */
  missing: string[];
  /** Whether the work directory, or what it will be made in, can be written. */
  isWritable: boolean;
  /** Free there; null where the server does not say. */
  freeBytes: number | null;
}

/** Reaches servers of one driver. The executor keeps one session per server and opens the next one ahead. */
export interface CommandDriver {
  /** Rejects with `Unreachable` and one clear sentence; a wrong host key offers nothing to the server. */
  connect(server: string, connection: Connection, signal: AbortSignal): Promise<CommandSession>;
  /** Reaches a server as `connect` does and looks around, changing nothing there. Rejects with `Unreachable`. */
  look(server: string, connection: Connection, signal: AbortSignal): Promise<Look>;
}

/** The server could not be reached; the message is one sentence that names the server and what to do. */
export class Unreachable extends Error {
  override name = 'Unreachable';

  /** Words of the server may stand in it. */
  constructor(message: string) {
    super(harmless(message));
  }
}
