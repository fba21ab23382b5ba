import { mkdtempSync, rmSync } from 'node:fs';
import {
  Agent,
  createServer as createHttpServer,
  get,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { BalancedServer, RunningBalancer } from './haproxy.ts';

interface Member extends BalancedServer {
  /** What an operator wants of it. */
  state: 'ready' | 'drain' | 'maint';
  /** Good answers in a row, negative for bad ones. */
  checks: number;
  sessions: number;
  answered: number;
  brokenOff: number;
}

const checkMs = 100;
const rise = 2;
const fresh = { state: 'ready' as const, checks: 0, sessions: 0, answered: 0, brokenOff: 0 };

/** Where no HAProxy is installed: a small HTTP balancer that speaks the runtime commands which the scripts use. */
export async function startSmallBalancer(
  backend: string,
  servers: BalancedServer[],
): Promise<RunningBalancer> {
  const members = servers.map((server): Member => ({ ...server, ...fresh }));
  const agent = new Agent({ keepAlive: false });
  const turn = { next: 0 };
  const entrance = createHttpServer((incoming, outgoing) =>
    forward(members, turn, agent, { incoming, outgoing, tried: new Set() }),
  );
  await new Promise<void>((resolve) => entrance.listen(0, '127.0.0.1', resolve));
  const directory = mkdtempSync(join(tmpdir(), 'll-lb-'));
  const socket = join(directory, 'admin.sock');
  const runtime = createServer({ allowHalfOpen: true }, (stream) => {
    let text = '';
    stream.on('error', () => undefined);
    stream.on('data', (chunk) => (text += chunk.toString('utf8')));
    stream.on('end', () => stream.end(`${answer(backend, members, text.trim())}\n`));
  });
  await new Promise<void>((resolve) => runtime.listen(socket, resolve));
  const checking = setInterval(() => members.forEach(check), checkMs);
  return {
    kind: 'small',
    url: `http://127.0.0.1:${(entrance.address() as AddressInfo).port}/`,
    socket,
    stop: async () => {
      clearInterval(checking);
      entrance.closeAllConnections();
      await Promise.all([
        new Promise((resolve) => entrance.close(resolve)),
        new Promise((resolve) => runtime.close(resolve)),
      ]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function check(member: Member): void {
  const probe = get(
    { host: '127.0.0.1', port: member.port, path: '/health', timeout: 1_000, agent: false },
    (response) => {
      response.resume();
      member.checks = response.statusCode === 200 ? Math.max(1, Math.min(rise, member.checks + 1)) : -1;
    },
  );
  probe.on('timeout', () => probe.destroy());
  probe.on('error', () => {
    member.checks = -1;
  });
}

function isUp(member: Member): boolean {
  return member.checks >= rise;
}

/** Round robin over members that are ready and up. */
function forward(members: Member[], turn: { next: number }, agent: Agent, exchange: Exchange): void {
  const able = members.filter(
    (member) => member.state === 'ready' && isUp(member) && !exchange.tried.has(member),
  );
  const member = able[turn.next % Math.max(1, able.length)];
  turn.next += 1;
  if (!member) {
    exchange.outgoing.writeHead(503).end('no server is available');
    return;
  }
  send(member, agent, exchange, () =>
    forward(members, turn, agent, { ...exchange, tried: exchange.tried.add(member) }),
  );
}

interface Exchange {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  /** Members that refused the connection: nothing was sent to them. */
  tried: Set<Member>;
}

/** Only a refused connection is tried elsewhere: of a request that broke off nobody knows whether it was done. */
function send(member: Member, agent: Agent, { incoming, outgoing }: Exchange, elsewhere: () => void): void {
  const { url: path, method, headers } = incoming;
  member.sessions += 1;
  const onward = request(
    { host: '127.0.0.1', port: member.port, path, method, headers, agent },
    (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.on('end', () => (member.answered += 1));
      response.on('error', () => outgoing.destroy());
      response.pipe(outgoing);
    },
  );
  onward.on('close', () => {
    member.sessions -= 1;
  });
  onward.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') return elsewhere();
    member.brokenOff += 1;
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end('the server broke off');
  });
  incoming.pipe(onward);
}

/** `show stat` and `set server B/S state …`, as HAProxy answers them. */
function answer(backend: string, members: Member[], command: string): string {
  if (command.startsWith('show stat'))
    return [
      '# pxname,svname,scur,eresp,status,hrsp_2xx',
      ...members.map((member) =>
        [backend, member.name, member.sessions, member.brokenOff, statusOf(member), member.answered].join(
          ',',
        ),
      ),
    ].join('\n');
  const [, name, state] = /^set server (\S+) state (ready|drain|maint)$/.exec(command) ?? [];
  const member = members.find((candidate) => `${backend}/${candidate.name}` === name);
  if (!member) return 'No such server.';
  member.state = state === 'ready' || state === 'drain' ? state : 'maint';
  return '';
}

function statusOf(member: Member): string {
  if (member.state === 'maint') return 'MAINT';
  if (member.state === 'drain') return isUp(member) ? 'DRAIN' : 'DOWN';
  if (isUp(member)) return 'UP';
  return member.checks > 0 ? `DOWN ${member.checks}/${rise}` : 'DOWN';
}
