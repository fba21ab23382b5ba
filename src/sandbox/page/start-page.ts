import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

import { parseJson } from '../slack/json.ts';
import { act, isMachineAct, readAct } from './acts.ts';
import { createGuard, type Guard } from './guard.ts';
import { pushLive } from './live.ts';
import { type PageFile, readPageFiles } from './page-files.ts';
import type { PageParts } from './page-parts.ts';
import { contentSecurityPolicy } from './shell.ts';
import { createFleetWatch, type FleetWatch } from './watch-fleet.ts';

/** A running page. */
export interface Page {
  /** The address with its key: whoever has it may press everything. */
  url: string;
  close(): Promise<void>;
}

interface Needs {
  parts: PageParts;
  guard: Guard;
  files: Map<string, PageFile>;
  watch: FleetWatch;
}

const largestBodyBytes = 1_000_000;

/** Serves the page on 127.0.0.1; port 0 takes a free one. Fails when the port is taken. */
export async function startPage(parts: PageParts, { port }: { port: number }): Promise<Page> {
  const guard = createGuard(() => portOf(server));
  const needs: Needs = {
    parts,
    guard,
    files: readPageFiles(parts.players[0] ?? ''),
    watch: createFleetWatch(parts),
  };
  const server = createServer((request, response) => {
    void handle(needs, request, response).catch((error: unknown) => {
      answer(response, 500, { error: error instanceof Error ? error.message : String(error) });
    });
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    needs.watch.stop();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${portOf(server)}/?key=${guard.key}`,
    close: async () => {
      needs.watch.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function handle(needs: Needs, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { guard, files, parts } = needs;
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  response.setHeader('content-security-policy', contentSecurityPolicy);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  if (request.method === 'GET' && takesKey(guard, request, searchParams)) return welcome(guard, response);
  const refusal = guard.refuses(request);
  if (refusal !== null) return answer(response, 403, { error: refusal });
  if (request.method === 'POST') return await takeAct(needs, pathname, request, response);
  if (pathname === '/live') return startLive(needs, searchParams.get('as') ?? '', response);
  if (pathname.startsWith('/files/')) return sendUpload(parts, pathname.slice('/files/'.length), response);
  const file = files.get(pathname);
  if (!file) return answer(response, 404, { error: 'There is nothing here.' });
  response.writeHead(200, { 'content-type': file.contentType, 'cache-control': 'no-cache' }).end(file.body);
}

function startLive({ parts, watch }: Needs, viewer: string, response: ServerResponse): void {
  if (!parts.players.includes(viewer)) return answer(response, 404, { error: 'Nobody is called so here.' });
  pushLive(parts, watch, viewer, response);
}

function takesKey(guard: Guard, request: IncomingMessage, given: URLSearchParams): boolean {
  return guard.isAddressedHere(request) && guard.isKey(given.get('key') ?? '');
}

/** The key leaves the address bar at once and stays in a cookie. */
function welcome(guard: Guard, response: ServerResponse): void {
  response.writeHead(303, { location: '/', 'set-cookie': guard.cookie(), 'cache-control': 'no-store' }).end();
}

async function takeAct(
  { parts, watch }: Needs,
  pathname: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = pathname.replace(/^\/act\//, '');
  const body = await readBody(request);
  if (body === null) return answer(response, 413, { error: 'That is too long.' });
  try {
    const result = await act(parts, name, readAct(parseJson(body)));
    if (isMachineAct(name)) await watch.look();
    answer(response, result ? 200 : 404, result ?? { error: `There is no button "${name}".` });
  } catch (error) {
    answer(response, 409, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > largestBodyBytes) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const pictures: Record<string, string> = {
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
};

/** Only pictures are shown in the page; everything else is saved. */
function sendUpload({ slack }: PageParts, id: string, response: ServerResponse): void {
  const file = slack.file(id);
  if (!file) return answer(response, 404, { error: 'This file is not there.' });
  const picture = pictures[extname(file.name).toLowerCase()];
  const name = encodeURIComponent(file.name);
  response
    .writeHead(200, {
      'content-type': picture ?? 'application/octet-stream',
      ...(!picture && { 'content-disposition': `attachment; filename*=UTF-8''${name}` }),
    })
    .end(file.bytes);
}

function answer(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return void response.end();
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
