import type { IncomingHttpHeaders } from 'node:http';

import { isValidSlackRequest } from '@slack/bolt';

/** A request as it came: nothing of it is parsed yet. */
export interface RawRequest {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

const windowSeconds = 5 * 60;

/** The signature as it was sent; null when there is none that Slack could have sent. */
export function signatureOf({ headers }: RawRequest): string | null {
  const signature = headers['x-slack-signature'];
  return typeof signature === 'string' && /^v0=[0-9a-f]{64}$/.test(signature) ? signature : null;
}

/** Why a request does not count as Slack's, as half a sentence; null when it does. Looks at headers and raw bytes only. */
export function distrust(request: RawRequest, signingSecret: string, nowMs: number): string | null {
  const timestamp = request.headers['x-slack-request-timestamp'];
  const signature = signatureOf(request);
  if (signature === null) return 'it has no signature that Slack could have made';
  if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp))
    return 'it does not say when it was sent';
  const ageSeconds = Math.floor(nowMs / 1_000) - Number(timestamp);
  if (Math.abs(ageSeconds) > windowSeconds)
    return `it was sent ${Math.abs(ageSeconds)} s ${ageSeconds > 0 ? 'ago' : 'in the future'}: replayed, or a clock is wrong`;
  const isValid = isValidSlackRequest({
    signingSecret,
    body: request.body.toString('utf8'),
    headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': Number(timestamp) },
    nowMilliseconds: nowMs,
  });
  return isValid
    ? null
    : 'its signature was not made with this SLACK_SIGNING_SECRET, or its body was changed';
}
