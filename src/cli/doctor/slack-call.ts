/** What Slack answered to one call. */
export interface SlackAnswer {
  ok: boolean;
  error: string;
  body: Record<string, unknown>;
  /** From `x-oauth-scopes`; null where Slack did not say. */
  scopes: string[] | null;
  /** Slack's clock when it answered, to the second, epoch milliseconds; null where it did not say. */
  slackTime: number | null;
}

/** Calls one method of the Web API. Rejects where there is no answer in time. */
export type CallSlack = (method: string, given?: Record<string, string>) => Promise<SlackAnswer>;

const timeoutMs = 8_000;

/** Makes calls with a token: bare, because the header lines count here that Slack's own client keeps to itself. */
export function createSlackCall(token: string, apiUrl = 'https://slack.com/api/'): CallSlack {
  return async (method, given = {}) => {
    const response = await fetch(new URL(method, apiUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: new URLSearchParams(given),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = Object(await response.json().catch(() => ({}))) as Record<string, unknown>;
    const date = Date.parse(response.headers.get('date') ?? '');
    return {
      ok: body['ok'] === true,
      error: typeof body['error'] === 'string' ? body['error'] : `HTTP ${response.status}`,
      body,
      scopes: response.headers.get('x-oauth-scopes')?.split(/,\s*/) ?? null,
      slackTime: Number.isNaN(date) ? null : date,
    };
  };
}
