/** One request below the server's base address. */
export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Begins with a slash; what people named stands in `query`, never here. */
  path: string;
  query?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** For a call that may take longer than usual. */
  timeoutMs?: number;
}

/** What a server said, whatever its status. */
export interface HttpAnswer {
  status: number;
  /** The parsed JSON, or the text where it is none. */
  body: unknown;
  /** The server's own clock, epoch milliseconds; null where it does not say. */
  serverTime: number | null;
}

/** The way to one server. Nothing that it hands out holds a secret, except `body`. */
export interface HttpSession {
  /**
   * Asks once; follows no redirect, tries nothing again. Rejects with `Unreachable` where there was no whole answer: it is
   * not known then whether the server did what it was asked to.
   */
  ask(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer>;
  /** The same text without the password, in any of its usual encodings. */
  redact(text: string): string;
  close(): Promise<void>;
}
