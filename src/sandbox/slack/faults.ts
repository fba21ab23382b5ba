/** A fault that strikes the next calls that fit. */
export interface Fault {
  method: string;
  /** Only calls that name this channel. */
  channel?: string;
  /** How many calls it strikes; 1 when left out. */
  times?: number;
  /**
   * `ratelimited` answers 429; `500` answers HTTP 500; `drop-request` hangs up before anything is done; `drop-reply`
   * does it and hangs up; `delay` does it and answers late.
   */
  how: 'ratelimited' | '500' | 'drop-request' | 'drop-reply' | 'delay';
  /** Seconds in `Retry-After`; 1 when left out. */
  retryAfter?: number;
  /** How late a `delay` answers, in milliseconds; 1,000 when left out. */
  delayMs?: number;
}

/** The faults that still wait for a call. */
export class Faults {
  readonly #waiting: { fault: Fault; left: number }[] = [];

  /** Arms a fault. */
  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  /** The fault that strikes this call, used up by one; undefined when none does. */
  take(method: string, channel: string): Fault | undefined {
    const found = this.#waiting.find(
      ({ fault, left }) =>
        left > 0 && fault.method === method && (fault.channel === undefined || fault.channel === channel),
    );
    if (!found) return undefined;
    found.left -= 1;
    return found.fault;
  }
}
