import type { ServerState } from '../domain/events/states.ts';

/** How a server stands, in a word or two: on the card and in tables. */
export function sayServerState(state: ServerState): string {
  const words: Record<ServerState, string> = {
    pending: 'waiting',
    deploying: 'running',
    ok: 'ok',
    error: 'failed',
    unknown: 'nobody knows',
    preflight_failed: 'not begun',
    skipped: 'left as it was',
    cancelled: 'ended by a person',
    rolled_back: 'failed, rolled back',
    excluded: 'excluded',
  };
  return words[state];
}
