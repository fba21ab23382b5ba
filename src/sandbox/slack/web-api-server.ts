import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { answerInstead, send, sendUnder } from './answer-under-fault.ts';
import { readArguments, word } from './arguments.ts';
import type { Faults } from './faults.ts';
import type { JsonObject } from './json.ts';
import { methods } from './methods/table.ts';
import { receiveUpload } from './receive-upload.ts';
import { Refused } from './refused.ts';
import { answerResponseUrl } from './response-url.ts';
import type { World } from './world.ts';

/** What the HTTP side is built with. */
export interface WebApiNeeds {
  world: World;
  faults: Faults;
  /** Seconds a call must wait, or 0. */
  secondsToWait: (method: string, channel: string) => number;
  /** Both tokens; a revoked one is taken out. */
  tokens: { bot: string | null; app: string | null };
  /** What the bot token was granted. */
  scopes: string[];
  /** A fresh address for a websocket. */
  openConnection: () => string;
}

/** The Web API under `/api/` and every `response_url` under `/response/`; not yet listening. */
export function createWebApiServer(needs: WebApiNeeds): Server {
  return createServer((request, response) => {
    void handle(needs, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
}

async function handle(needs: WebApiNeeds, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  const contentType = request.headers['content-type'] ?? '';
  const body = await readBody(request);
  if (path.startsWith('/upload/')) {
    const status = await receiveUpload(needs.world, path.slice('/upload/'.length), contentType, body);
    return send(response, status, status === 200 ? `OK - ${body.length}` : 'not what was announced');
  }
  const given = readArguments(contentType, body.toString('utf8'));
  if (path.startsWith('/response/')) {
    const fault = needs.faults.take('response_url', '');
    if (fault && answerInstead(fault, response)) return;
    const { status, body: answer } = answerResponseUrl(needs.world, path.slice('/response/'.length), given);
    return send(response, status, answer);
  }
  if (!path.startsWith('/api/')) return send(response, 404, 'not found');
  const method = path.slice('/api/'.length);
  needs.world.openCalls += 1;
  try {
    await answerMethod(needs, { method, given, token: bearer(request) }, response);
  } finally {
    needs.world.openCalls -= 1;
    needs.world.changed();
  }
}

interface Call {
  method: string;
  given: JsonObject;
  token: string;
}

async function answerMethod(needs: WebApiNeeds, call: Call, response: ServerResponse): Promise<void> {
  const channel = word(call.given, 'channel');
  response.setHeader('date', new Date(needs.world.now()).toUTCString());
  if (call.token === needs.tokens.bot) response.setHeader('x-oauth-scopes', needs.scopes.join(','));
  const fault = needs.faults.take(call.method, channel);
  if (fault && answerInstead(fault, response)) return record(needs.world, call, fault.how);
  const waitSeconds = needs.secondsToWait(call.method, channel);
  if (waitSeconds > 0) {
    record(needs.world, call, 'ratelimited');
    response.setHeader('retry-after', String(waitSeconds));
    return send(response, 429, { ok: false, error: 'ratelimited' });
  }
  const answer = callMethod(needs, call);
  record(needs.world, call, answer.ok ? null : word(answer, 'error'));
  await sendUnder(fault, response, answer);
}

function callMethod(needs: WebApiNeeds, { method, given, token }: Call): JsonObject & { ok: boolean } {
  try {
    if (method === 'apps.connections.open') {
      requireToken(token, needs.tokens.app);
      return { ok: true, url: needs.openConnection() };
    }
    const known = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (!known) throw new Refused('unknown_method', { req_method: method });
    requireToken(token, needs.tokens.bot);
    requireScope(needs.scopes, known.scopes);
    return { ok: true, ...known.call(needs.world, given) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, error: error.code, ...error.detail };
  }
}

function requireToken(given: string, valid: string | null): void {
  if (given === '') throw new Refused('not_authed');
  if (valid === null) throw new Refused('token_revoked');
  if (given !== valid) throw new Refused('invalid_auth');
}

function requireScope(granted: string[], anyOf: string[]): void {
  if (anyOf.length === 0 || anyOf.some((scope) => granted.includes(scope))) return;
  throw new Refused('missing_scope', { needed: anyOf.join(','), provided: granted.join(',') });
}

function record(world: World, { method, given }: Call, error: string | null): void {
  world.calls.push({ method, arguments: given, at: world.now(), ok: error === null, error });
}

function bearer(request: IncomingMessage): string {
  return (request.headers.authorization ?? '').replace(/^Bearer /i, '');
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
