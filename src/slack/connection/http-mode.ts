import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

import { answerRequest, type HttpAnswer } from './http-answer.ts';
import { createReplayMemory } from './replays.ts';
import type { Seldom } from './seldom.ts';
import type { RawRequest } from './signature.ts';
import type { Transport } from './transport.ts';

/** Where Slack's signed requests are taken. */
export interface HttpModeSettings {
  by: 'http';
  signingSecret: string;
  host: string;
  /** 0 takes a free one; the address is logged as `slackUrl`. */
  port: number;
}

interface HttpModeNeeds {
  now: () => number;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  seldom: Seldom;
}

const path = '/slack/events';
/** A view is at most 250 kB of JSON, and a form triples some of its characters. */
const longestBody = 1_048_576;
const limits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  // Longer than proxies keep theirs: a request is never written to a connection that is just being closed.
  keepAliveTimeout: 75_000,
};
const flushMs = 500;

/** HTTP mode: takes Slack's signed requests at `POST /slack/events`, behind whatever ends TLS. */
export function createHttpMode(settings: HttpModeSettings, needs: HttpModeNeeds): Transport {
  const { signingSecret } = settings;
  const oncePerSignature = createReplayMemory<HttpAnswer>(needs.now);
  const server = createServer(limits);
  let settled = async (): Promise<void> => undefined;
  return {
    problem: () => (server.listening ? null : 'the server for Slack does not listen'),
    start: async (answering) => {
      ({ settled } = answering);
      const { app } = answering;
      server.on('request', (request, response) => {
        if (!server.listening) response.setHeader('connection', 'close');
        void serve({ request, response, log: needs.log }, async (raw) => {
          return await answerRequest({ ...needs, app, signingSecret, oncePerSignature }, raw);
        });
      });
      await listen(server, settings);
      needs.log.info({ slackUrl: urlOf(server) }, 'Slack is awaited here, behind a proxy that speaks TLS');
    },
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await settled();
      await Promise.race([closed, delay(flushMs)]);
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, { host, port }: HttpModeSettings): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new Error(`PORT ${port} on ${host} cannot be listened on: ${error.message}`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

function urlOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null) return path;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}${path}`;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  log: Pick<Logger, 'error'>;
}

/** Answers whatever came; only what comes to the right place has its body read and looked at. */
async function serve(
  { request, response, log }: Exchange,
  answer: (request: RawRequest) => Promise<HttpAnswer>,
): Promise<void> {
  try {
    if (request.url?.split('?')[0] !== path)
      return refuse(response, 404, `Slack is answered at POST ${path}.`);
    if (request.method !== 'POST')
      return refuse(response.setHeader('allow', 'POST'), 405, 'Only POST is answered.');
    const body = await readBody(request);
    if (body === null) return refuse(response, 413, `The body is longer than ${longestBody} bytes.`);
    const { status, contentType, body: text } = await answer({ headers: request.headers, body });
    response.writeHead(status, { 'content-type': contentType }).end(text);
  } catch (error) {
    if (request.destroyed && !request.complete) return;
    log.error({ error }, 'a request could not be answered');
    if (!response.headersSent) refuse(response, 500, '');
  }
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(sentence);
}

/** The whole body, or null when it is too long; what is too long is read to its end and not kept. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length <= longestBody) chunks.push(bytes);
    else chunks.length = 0;
  }
  return length <= longestBody ? Buffer.concat(chunks) : null;
}
