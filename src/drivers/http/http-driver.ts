import { readFileSync } from 'node:fs';

import { Agent, type Dispatcher, request } from 'undici';

import type { Connection, SecretReference } from '../../domain/configured/connection.ts';
import { Unreachable } from '../command.ts';
import { createRedactor } from '../redact.ts';
import type { HttpAnswer, HttpCall, HttpSession } from './http.ts';
import { type Attempted, NoUse, sayFailure } from './no-answer.ts';

type HttpConnection = Extract<Connection, { driver: 'http' }>;

/** What the driver is built with. */
export interface HttpDriverNeeds {
  readSecret: (reference: SecretReference) => string;
  /** For a whole call, from the first byte sent to the last one read. */
  timeoutMs: number;
  /** A longer answer is not read to its end. */
  maxBytes: number;
}

/** Opens ways to servers that speak HTTP. */
export interface HttpDriver {
  /** Reads the password; sends nothing. Throws one sentence where password or authority cannot be read. */
  open(server: string, connection: HttpConnection): HttpSession;
}

/** A thin client: Basic authentication, a verified certificate wherever the address is https, bounded time and size. */
export function createHttpDriver(needs: HttpDriverNeeds): HttpDriver {
  return { open: (server, connection) => openSession(needs, server, connection) };
}

function openSession(needs: HttpDriverNeeds, server: string, connection: HttpConnection): HttpSession {
  const { baseUrl, tls } = connection;
  const login = readLogin(needs, connection);
  const ca = tls.ca === null ? undefined : readAuthority(server, tls.ca);
  // The check is asked for here, so that no variable of the process can switch it off.
  const agent = new Agent({ connect: { ca, rejectUnauthorized: true, timeout: needs.timeoutMs } });
  return {
    redact: login.redact,
    ask: async (call, signal) => {
      const timeoutMs = call.timeoutMs ?? needs.timeoutMs;
      const late = AbortSignal.timeout(timeoutMs);
      try {
        const limits = { timeoutMs, maxBytes: needs.maxBytes, signal: AbortSignal.any([signal, late]) };
        return await send(agent, urlOf(baseUrl, call), { call, headers: login.headers, ...limits });
      } catch (error) {
        const attempted: Attempted = {
          call,
          address: new URL(baseUrl).origin,
          timeoutMs,
          isLate: late.aborted,
        };
        throw new Unreachable(login.redact(`${server}: ${sayFailure(error, attempted)}`));
      }
    },
    close: async () => await agent.destroy(),
  };
}

interface Login {
  headers: Record<string, string>;
  redact: (text: string) => string;
}

function readLogin({ readSecret }: HttpDriverNeeds, { user, password: reference }: HttpConnection): Login {
  const password = reference === null ? '' : readSecret(reference);
  const basic = Buffer.from(`${user ?? ''}:${password}`, 'utf8').toString('base64');
  const secrets = password === '' ? [] : [password, basic];
  return {
    headers: user === null ? {} : { authorization: `Basic ${basic}` },
    redact: (text) => {
      const redactor = createRedactor(secrets);
      return redactor.push(text) + redactor.flush();
    },
  };
}

function readAuthority(server: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(`${server}: its certificate authority ${file} cannot be read (${code})`, {
      cause: error,
    });
  }
}

/** The path comes behind the base address, so that it can lead to no other host. */
function urlOf(baseUrl: string, { path, query = {} }: HttpCall): string {
  const words = new URLSearchParams(query).toString();
  return `${baseUrl}${path}${words === '' ? '' : `?${words}`}`;
}

interface Sending {
  call: HttpCall;
  headers: Record<string, string>;
  timeoutMs: number;
  maxBytes: number;
  signal: AbortSignal;
}

async function send(agent: Dispatcher, url: string, sending: Sending): Promise<HttpAnswer> {
  const { call, headers, timeoutMs, maxBytes, signal } = sending;
  const hasBody = call.body !== undefined;
  const {
    statusCode,
    body,
    headers: said,
  } = await request(url, {
    method: call.method,
    dispatcher: agent,
    headers: {
      ...headers,
      accept: 'application/json, text/plain;q=0.9',
      ...(hasBody && { 'content-type': 'application/json' }),
    },
    body: hasBody ? JSON.stringify(call.body) : null,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    signal,
  });
  const text = await readBounded(body, maxBytes);
  if (statusCode >= 300 && statusCode < 400)
    throw new NoUse(
      `was sent elsewhere (${statusCode}), and no redirect is followed; check the base address`,
    );
  if (statusCode >= 502 && statusCode <= 504)
    throw new NoUse(`found nobody behind the address (${statusCode})`);
  return { status: statusCode, body: parse(text), serverTime: timeOf(said['date']) };
}

async function readBounded(body: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new NoUse(`was answered with more than ${maxBytes} bytes; the rest was not read`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function timeOf(date: string | string[] | undefined): number | null {
  const time = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
