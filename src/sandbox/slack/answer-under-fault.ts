import type { ServerResponse } from 'node:http';

import type { Fault } from './faults.ts';
import type { JsonObject } from './json.ts';

/** What a proxy between the app and Slack shows for a page. */
const page = '<!DOCTYPE html><html><body><h1>Bad Gateway</h1></body></html>';

/** Sends an answer: JSON, or plain words. */
export function send(response: ServerResponse, status: number, body: JsonObject | string): void {
  const isText = typeof body === 'string';
  response.writeHead(status, {
    'content-type': isText ? 'text/plain' : 'application/json; charset=utf-8',
  });
  response.end(isText ? body : JSON.stringify(body));
}

/** Answers instead of the method, which is not called; false for a fault that strikes only the answer. */
export function answerInstead(fault: Fault, response: ServerResponse): boolean {
  switch (fault.how) {
    case 'ratelimited': {
      const { retryAfter = 1 } = fault;
      if (retryAfter !== null) response.setHeader('retry-after', String(retryAfter));
      send(response, 429, { ok: false, error: 'ratelimited' });
      return true;
    }
    case '500':
    case '502':
    case '503':
      send(response, Number(fault.how), 'internal error');
      return true;
    case 'html':
      sendPage(response);
      return true;
    case 'refused':
      send(response, 200, { ok: false, error: fault.error ?? 'internal_error' });
      return true;
    case 'drop-request':
      response.socket?.destroy();
      return true;
    case 'reset':
      response.socket?.resetAndDestroy();
      return true;
    case 'silent':
      return true;
    case 'drop-reply':
    case 'reset-reply':
    case 'silent-reply':
    case 'html-reply':
    case 'refused-reply':
    case 'delay':
      return false;
  }
}

/** Sends the answer of a method that was called as far as the fault lets it through. */
export async function sendUnder(
  fault: Fault | undefined,
  response: ServerResponse,
  answer: JsonObject,
): Promise<void> {
  const how = fault?.how;
  if (how === 'silent-reply') return;
  if (how === 'drop-reply') return void response.socket?.destroy();
  if (how === 'reset-reply') return void response.socket?.resetAndDestroy();
  if (how === 'html-reply') return sendPage(response);
  if (how === 'refused-reply')
    return send(response, 200, { ok: false, error: fault?.error ?? 'internal_error' });
  if (how === 'delay') await new Promise((resolve) => setTimeout(resolve, fault?.delayMs ?? 1_000));
  send(response, 200, answer);
}

function sendPage(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
}
