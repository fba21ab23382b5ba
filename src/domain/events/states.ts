/** How one server's run stands. `preflight_failed` and `skipped` were never begun. */
export type ServerState =
  | 'pending'
  | 'preflight_failed'
  | 'deploying'
  | 'ok'
  | 'error'
  | 'unknown'
  | 'skipped'
  | 'cancelled'
  /** It failed, and stands again as it was before; it stays held. */
  | 'rolled_back'
  /** A named person left it out before the start: it was not touched. */
  | 'excluded';

/** How a task ended. `unknown` is never written as failed: nobody can say what happened. */
export type TaskEnd = 'ok' | 'warning' | 'error' | 'skipped' | 'unknown';

/** How an attempt ended. */
export type AttemptEnd = 'ok' | 'ok_with_warnings' | 'partial' | 'error' | 'cancelled';
