import { lstatSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

import type { Logger } from 'pino';

import { type ControlNeeds, createAnswerer } from './answer.ts';
import { hearRequest } from './hear-request.ts';
import { refuseLongPath } from './socket-file.ts';

/** The ear of the running bot for its command line. */
export interface Control {
  /** Hears nobody new, gives the answers that are under way, and removes the socket. */
  stop(): Promise<void>;
}

const stopLimitMs = 3_000;

/**
 * Listens on a Unix socket that only its owner can open. The socket of a dead process is replaced, that of a living one
 * is not. A bot that cannot be heard so goes on without: Slack is not concerned, and the log says why.
 */
export async function startControl(
  socketFile: string,
  needs: ControlNeeds & { log: Pick<Logger, 'info' | 'error'> },
): Promise<Control> {
  const problem = refuseLongPath(socketFile) ?? (await clearWay(socketFile));
  if (problem !== null) return deaf(needs, problem);
  const open = new Set<Socket>();
  const answerRequest = createAnswerer(needs);
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    hearRequest(socket, answerRequest);
  });
  const refused = await listenPrivately(server, socketFile);
  if (refused !== null) return deaf(needs, refused);
  needs.log.info({ socket: socketFile }, 'the command line is heard');
  return { stop: async () => await stop(server, open) };
}

function deaf({ log }: { log: Pick<Logger, 'error'> }, problem: string): Control {
  log.error(`the command line cannot be heard: ${problem}`);
  return { stop: async () => undefined };
}

/** The mode holds from the first instant: the socket is made while nobody else may be given anything. */
async function listenPrivately(server: Server, socketFile: string): Promise<string | null> {
  return await new Promise((resolve) => {
    server.once('error', (error) => resolve(error.message));
    server.once('listening', () => resolve(null));
    const before = process.umask(0o177);
    try {
      server.listen(socketFile);
    } finally {
      process.umask(before);
    }
  });
}

/** Removes a socket that nobody listens on; a sentence where something else stands in the way. */
async function clearWay(socketFile: string): Promise<string | null> {
  const found = lstatSync(socketFile, { throwIfNoEntry: false });
  if (!found) return null;
  if (!found.isSocket()) return `${socketFile} is no socket and was left as it is; move it away`;
  if (await isAlive(socketFile)) return `another process listens on ${socketFile}; end it first`;
  rmSync(socketFile, { force: true });
  return null;
}

async function isAlive(socketFile: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(socketFile);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => resolve(!('code' in error && error.code === 'ECONNREFUSED')));
  });
}

async function stop(server: Server, open: Set<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const late = setTimeout(() => {
    for (const socket of open) socket.destroy();
  }, stopLimitMs);
  await closed;
  clearTimeout(late);
}
