import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';

import { refusalReach } from '../wording/undelivered.ts';

/**
 * What came of a call that did not succeed, as far as it matters for what is done next. `unclear`: Slack may have done
 * it all the same. `place`: nothing can be said there, or anywhere, until a person mends it. `gone`: what was to be
 * edited or answered is not there any more. `content`: Slack does not take these blocks.
 */
export type Failure =
  | { kind: 'limited'; waitMs: number }
  | { kind: 'unclear'; words: string }
  | { kind: 'place'; code: string; reach: 'channel' | 'workspace' }
  | { kind: 'gone'; code: string }
  | { kind: 'content'; code: string }
  | { kind: 'refused'; code: string };

const gone = new Set(['message_not_found', 'thread_not_found', 'edit_window_closed', 'cant_update_message']);
const content = new Set(['invalid_blocks', 'msg_blocks_too_long', 'msg_too_long', 'invalid_blocks_format']);
/** Slack's own words for "some of it may have been done". */
const unclear = new Set([
  'internal_error',
  'fatal_error',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

/** Judges what a call threw. */
export function judgeFailure(error: unknown): Failure {
  if (error instanceof WebAPIRateLimitedError) return { kind: 'limited', waitMs: error.retryAfter * 1_000 };
  if (error instanceof WebAPIHTTPError) return { kind: 'unclear', words: `HTTP ${error.statusCode}` };
  if (!(error instanceof WebAPIPlatformError)) return { kind: 'unclear', words: causeOf(error) };
  // Of an archived channel a post says the one and an edit the other.
  const code = error.data.error === 'is_inactive' ? 'is_archived' : error.data.error;
  // A proxy's page is handed on as if it were Slack's word.
  if (!/^[a-z0-9_]+$/.test(code)) return { kind: 'unclear', words: 'an answer that is not JSON' };
  if (unclear.has(code)) return { kind: 'unclear', words: code };
  if (gone.has(code)) return { kind: 'gone', code };
  if (isContentRefusal(code)) return { kind: 'content', code };
  const reach = refusalReach(code);
  return reach === null ? { kind: 'refused', code } : { kind: 'place', code, reach };
}

/** Whether Slack refused the blocks of a message, and may take plain words. */
export function isContentRefusal(code: string | null): boolean {
  return code !== null && content.has(code);
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? causeOf(error.cause) : error.message;
}
