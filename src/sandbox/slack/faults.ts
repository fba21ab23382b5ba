/** A fault that strikes the next calls that fit. */
export interface Fault {
  /** A method of the Web API, or `response_url`; `*` for every call. */
  method: string;
  /** Only calls that name this channel. */
  channel?: string;
  /** How many calls it strikes; 1 when left out, `Infinity` until it is lifted. */
  times?: number;
  /**
   * Nothing is done: `ratelimited` answers 429; `500`, `502` and `503` answer that status with words; `html` answers a
   * page with status 200, as a proxy between does; `refused` answers `error`; `drop-request` hangs up; `reset` resets
   * the connection; `silent` never answers.
   * It is done all the same: `drop-reply` hangs up, `reset-reply` resets, `silent-reply` never answers, `html-reply`
   * answers a page, `refused-reply` answers `error`, `delay` answers late.
   */
  how:
    | 'ratelimited'
    | '500'
    | '502'
    | '503'
    | 'html'
    | 'refused'
    | 'drop-request'
    | 'reset'
    | 'silent'
    | 'drop-reply'
    | 'reset-reply'
    | 'silent-reply'
    | 'html-reply'
    | 'refused-reply'
    | 'delay';
  /** Seconds in `Retry-After`; 1 when left out, no such header when null. */
  retryAfter?: number | null;
  /** What `refused` and `refused-reply` answer; `internal_error` when left out. */
  error?: string;
  /** How late a `delay` answers, in milliseconds; 1,000 when left out. */
  delayMs?: number;
}

/** The faults that still wait for a call. */
export class Faults {
  readonly #waiting: { fault: Fault; left: number }[] = [];

  /** Arms a fault; the answer lifts it. */
  add(fault: Fault): () => void {
    const waiting = { fault, left: fault.times ?? 1 };
    this.#waiting.push(waiting);
    return () => {
      waiting.left = 0;
    };
  }

  /** The fault that strikes this call, used up by one; undefined when none does. */
  take(method: string, channel: string): Fault | undefined {
    const found = this.#waiting.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.method === method || fault.method === '*') &&
        (fault.channel === undefined || fault.channel === channel),
    );
    if (!found) return undefined;
    found.left -= 1;
    return found.fault;
  }
}
