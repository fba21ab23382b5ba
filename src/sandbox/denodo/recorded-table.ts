import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What was asked. */
export interface Asked {
  /** The parts of the path that the entry names with `:name`. */
  parts: Record<string, string>;
  query: URLSearchParams;
  /** Parsed JSON; undefined where nothing was sent. */
  body: unknown;
}

/** What is answered: JSON, or text as it is. */
export interface Said {
  status: number;
  body?: unknown;
}

/** One request that a server is known to answer, and where that is known from. */
export interface Entry {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `:name` for a part that varies. */
  path: string;
  /** The page or the measurement that shows this request and its answer. */
  source: string;
  answer: (asked: Asked) => Said;
}

/** How a stand-in is reached and upset. */
export interface StandIn {
  url: string;
  /** Every request, as `GET /path?query`; what the table lacks stands in `unknown` as well. */
  asked: string[];
  unknown: string[];
  /** The next request that begins so is met by this instead; `hang` never answers, `drop` does it and breaks off, `break` breaks off at once. */
  upset(beginning: string, how: Said | 'hang' | 'drop' | 'break'): void;
  close(): Promise<void>;
}

/** What a stand-in is made of. */
export interface StandInOptions {
  entries: Entry[];
  user: string;
  password: string;
  /** What a wrong password gets. */
  refusal: number;
  tls?: { key: string; cert: string };
  /** What its clock shows, epoch milliseconds. */
  now: () => number;
}

interface Upset {
  beginning: string;
  how: Said | 'hang' | 'drop' | 'break';
}

/** A server on loopback that answers what its table holds, to whoever has the password; anything else gets 501. */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const upsets: Upset[] = [];
  const asked: string[] = [];
  const unknown: string[] = [];
  const hear = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const line = `${request.method ?? ''} ${request.url ?? ''}`;
    const text = await read(request);
    asked.push(line);
    const at = upsets.findIndex(({ beginning }) => line.startsWith(beginning));
    const [upset] = at < 0 ? [] : upsets.splice(at, 1);
    if (upset?.how === 'hang') return;
    if (upset?.how === 'break') return void response.destroy();
    const answered = upset === undefined || upset.how === 'drop';
    const said = answered ? answer(options, { request, line, text, unknown }) : upset.how;
    if (upset?.how === 'drop') return void response.destroy();
    if (typeof said === 'object') say(response, said, new Date(options.now()).toUTCString());
  };
  const server: Server = options.tls ? createTlsServer(options.tls) : createServer();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    hear(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    asked,
    unknown,
    upset: (beginning, how) => void upsets.push({ beginning, how }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function answer(
  { entries, user, password, refusal }: StandInOptions,
  {
    request,
    line,
    text,
    unknown,
  }: { request: IncomingMessage; line: string; text: string; unknown: string[] },
): Said {
  const login = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  if (request.headers.authorization !== login)
    return { status: refusal, body: { message: `refused: ${request.headers.authorization ?? 'no login'}` } };
  const url = new URL(request.url ?? '', 'http://stand-in');
  for (const entry of entries) {
    const parts = entry.method === request.method ? partsOf(entry.path, url.pathname) : null;
    if (parts) {
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      return entry.answer({ parts, query: url.searchParams, body });
    }
  }
  unknown.push(line);
  return { status: 501, body: { message: `no recorded answer to ${line}` } };
}

function partsOf(pattern: string, path: string): Record<string, string> | null {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return null;
  const parts: Record<string, string> = {};
  for (const [index, word] of wanted.entries()) {
    const found = decodeURIComponent(given[index] ?? '');
    if (word.startsWith(':')) parts[word.slice(1)] = found;
    else if (word !== found) return null;
  }
  return parts;
}

function say(response: ServerResponse, { status, body }: Said, date: string): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { date, 'content-type': isText ? 'text/plain' : 'application/json' });
  response.end(isText || body === undefined ? body : JSON.stringify(body));
}
