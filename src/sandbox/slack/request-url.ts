import { createHmac, randomBytes } from 'node:crypto';

import { type Json, type JsonObject, parseJson, stringAt, isObject } from './json.ts';
import type { Acknowledgement, Delivery } from './socket-mode.ts';

/** What delivering over HTTP needs. */
export interface RequestUrlNeeds {
  signingSecret: string;
  /** How long the app may take to answer. */
  ackTimeoutMs: number;
  /** Epoch milliseconds. */
  now: () => number;
}

/** A request as Slack sends it: the body, and the headers that say what it is and who sent it. */
export interface SignedRequest {
  method: 'POST';
  headers: Record<string, string>;
  body: string;
}

/** Delivers over HTTP to the app's request URL, and waits for the answer at most as long as Slack waits. */
export async function deliverOverHttp(
  needs: RequestUrlNeeds,
  url: string,
  delivery: Delivery,
): Promise<Acknowledgement> {
  const { attempt = 0 } = delivery;
  const request = signedRequest(needs, delivery);
  if (attempt > 0) {
    request.headers['x-slack-retry-num'] = String(attempt);
    request.headers['x-slack-retry-reason'] = 'http_timeout';
  }
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(needs.ackTimeoutMs) });
    const text = await response.text();
    if (!response.ok) return { acknowledged: false };
    return { acknowledged: true, payload: payloadOf(response.headers.get('content-type') ?? '', text) };
  } catch {
    return { acknowledged: false };
  }
}

/** Asks a new request URL for the challenge, as Slack does before it takes the URL; throws when the answer is another. */
export async function verifyRequestUrl(needs: RequestUrlNeeds, url: string): Promise<void> {
  const challenge = randomBytes(16).toString('hex');
  const payload = { type: 'url_verification', token: 'stand-in', challenge };
  const answer = await deliverOverHttp(needs, url, { type: 'events_api', payload });
  const given = answer.acknowledged ? answer.payload : undefined;
  const echoed = isObject(given) ? stringAt(given, 'challenge') : given;
  if (echoed !== challenge) throw new Error(`${url} did not answer the challenge; Slack takes no such URL.`);
}

/** The same request Slack would send now: events as JSON, commands as a form, what people press as JSON in a form. */
export function signedRequest(
  { signingSecret, now }: Pick<RequestUrlNeeds, 'signingSecret' | 'now'>,
  { type, payload }: Delivery,
): SignedRequest {
  const body = bodyOf(type, payload);
  const timestamp = String(Math.floor(now() / 1_000));
  const digest = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    method: 'POST',
    headers: {
      'content-type': type === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded',
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${digest}`,
    },
    body,
  };
}

function bodyOf(type: Delivery['type'], payload: JsonObject): string {
  if (type === 'events_api') return JSON.stringify(payload);
  if (type === 'interactive') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const form = new URLSearchParams();
  for (const [key, value] of Object.entries(payload)) form.set(key, typeof value === 'string' ? value : '');
  return form.toString();
}

function payloadOf(contentType: string, text: string): Json | undefined {
  if (text === '') return undefined;
  return contentType.startsWith('application/json') ? parseJson(text) : text;
}
