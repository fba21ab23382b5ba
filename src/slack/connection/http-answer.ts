import type { App } from '@slack/bolt';
import type { Logger } from 'pino';

import type { OncePerSignature } from './replays.ts';
import type { Seldom } from './seldom.ts';
import { distrust, type RawRequest, signatureOf } from './signature.ts';

/** What goes back over HTTP. */
export interface HttpAnswer {
  status: number;
  contentType: 'text/plain; charset=utf-8' | 'application/json; charset=utf-8';
  body: string;
}

/** What requests are answered with. */
export interface AnswerNeeds {
  app: App;
  signingSecret: string;
  now: () => number;
  log: Pick<Logger, 'warn'>;
  seldom: Seldom;
  oncePerSignature: OncePerSignature<HttpAnswer>;
}

/** Answers one request. Who sent it is settled before anything of it is parsed; 401 tells nobody why, the log does. */
export async function answerRequest(needs: AnswerNeeds, request: RawRequest): Promise<HttpAnswer> {
  if (isCertificateCheck(request)) return empty(200);
  const doubt = distrust(request, needs.signingSecret, needs.now());
  const signature = signatureOf(request);
  if (doubt !== null || signature === null) {
    needs.seldom(`refused: ${doubt?.replaceAll(/\d+/g, 'N')}`, () =>
      needs.log.warn({ doubt }, 'a request at /slack/events was refused: it does not count as sent by Slack'),
    );
    return empty(401);
  }
  return await needs.oncePerSignature(signature, async () => await answerTrusted(needs, request));
}

const longestCheck = 1_024;

/** Slack looks at the certificate now and then, unsigned. That is answered, and nothing else in it is looked at. */
function isCertificateCheck({ headers, body }: RawRequest): boolean {
  const isUnsigned = headers['x-slack-signature'] === undefined && body.length <= longestCheck;
  return isUnsigned && /(?:^|&)ssl_check=1(?:&|$)/.test(body.toString('latin1'));
}

async function answerTrusted(needs: AnswerNeeds, request: RawRequest): Promise<HttpAnswer> {
  const format = formatOf(request.headers['content-type']);
  if (format === null) return words(415, 'The content type is neither JSON nor a form, in UTF-8.');
  const body = parseBody(format, request.body.toString('utf8'));
  if (body === null) return words(400, 'The body is not what its content type says.');
  if (body['ssl_check'] === '1') return empty(200);
  if (body['type'] === 'url_verification') return json({ challenge: String(body['challenge']) });
  return await dispatch(needs.app, body, request.headers);
}

/** `; charset=utf-8` changes nothing and is put there by some proxies; another charset would change what was signed. */
function formatOf(contentType: string | undefined): 'json' | 'form' | null {
  const [mediaType = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  if (!parameters.every((parameter) => /^\s*charset="?utf-8"?\s*$/.test(parameter))) return null;
  if (mediaType.trim() === 'application/json') return 'json';
  return mediaType.trim() === 'application/x-www-form-urlencoded' ? 'form' : null;
}

/** Events are JSON, commands are forms, and what people press is JSON in the field `payload` of a form. */
function parseBody(format: 'json' | 'form', text: string): Record<string, unknown> | null {
  try {
    if (format === 'json') return asObject(JSON.parse(text));
    const form = new URLSearchParams(text);
    const payload = form.get('payload');
    return payload === null ? Object.fromEntries(form) : asObject(JSON.parse(payload));
  } catch {
    return null;
  }
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

/** The app acknowledges everything it is given; what it acknowledges with is the answer. */
async function dispatch(
  app: App,
  body: Record<string, unknown>,
  headers: RawRequest['headers'],
): Promise<HttpAnswer> {
  const retryNum = headers['x-slack-retry-num'];
  const retryReason = headers['x-slack-retry-reason'];
  return await new Promise<HttpAnswer>((resolve, reject) => {
    app
      .processEvent({
        body,
        ack: async (response: unknown) => resolve(acknowledgement(response)),
        ...(typeof retryNum === 'string' && { retryNum: Number(retryNum) }),
        ...(typeof retryReason === 'string' && { retryReason }),
      })
      .catch(reject);
  });
}

function acknowledgement(response: unknown): HttpAnswer {
  if (response === undefined || response === null || response === '') return empty(200);
  return typeof response === 'string' ? words(200, response) : json(response);
}

function empty(status: number): HttpAnswer {
  return words(status, '');
}

function words(status: number, body: string): HttpAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

function json(value: unknown): HttpAnswer {
  return { status: 200, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}
