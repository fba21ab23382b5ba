import { createServer, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';

import {
  type LoggedStatement,
  serveConnection,
  type VdpFault,
  type VdpServerState,
  type VdpUser,
} from './connection.ts';
import { createModel, databaseOf, databaseUri, findElement, type VdpModel } from './model.ts';
import { createUserMode } from './user-mode.ts';

/** A running stand-in of a Virtual DataPort server. */
export interface Vdp {
  port: number;
  /** What it remembers: to be looked at and to be arranged. */
  model: VdpModel;
  /** Every statement in the order in which it came in. */
  log: LoggedStatement[];
  /** The connection that has the server for itself; null: nobody. */
  singleUser(): number | null;
  /** The address of the cache in use. */
  cacheUrl(): string | null;
  /** What happens to each statement that holds these words, from now on; null: nothing any more. */
  disturb(words: string, fault: VdpFault | null): void;
  /** Lets what is held go on. */
  releaseHeld(): void;
  /** How many clients are connected. */
  connections(): number;
  /** How many ever were. */
  everConnected(): number;
  /** Closes every connection, as a restart would. */
  dropConnections(): void;
  stop(): Promise<void>;
}

/** How a stand-in is started. */
export interface VdpOptions {
  port?: number;
  cacheUrl?: string;
  users?: Record<string, VdpUser>;
  password?: 'trust' | 'cleartext' | 'md5';
  /** Key and certificate in PEM; without them it speaks no TLS. */
  tls?: { key: string; cert: string };
}

const standardUsers = { deploy: { password: 'deploy', isAdministrator: true } };

/** Starts a stand-in on loopback: enough of Denodo's words to be deployed to, and a syntax error for everything else. */
export async function startVdp(options: VdpOptions = {}): Promise<Vdp> {
  const sockets = new Set<Socket>();
  const faults = new Map<string, VdpFault>();
  let release = new AbortController();
  const state: VdpServerState = {
    model: createModel(options.cacheUrl ?? 'jdbc:postgresql://cache:5432/cache_a'),
    mode: createUserMode(),
    log: [],
    users: options.users ?? standardUsers,
    password: options.password ?? 'md5',
    secureContext: options.tls ? createSecureContext(options.tls) : null,
    now: Date.now,
    faultOf: (text) => [...faults].find(([words]) => text.includes(words))?.[1] ?? null,
    untilReleased: async (signal) => await untilOne([release.signal, signal]),
  };
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveConnection(socket, count, state);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    model: state.model,
    log: state.log,
    singleUser: () => state.mode.owner(),
    cacheUrl: () => cacheUrlOf(state.model),
    disturb: (words, fault) => void (fault === null ? faults.delete(words) : faults.set(words, fault)),
    releaseHeld: () => {
      release.abort();
      release = new AbortController();
    },
    connections: () => sockets.size,
    everConnected: () => count,
    dropConnections,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      dropConnections();
      await closed;
    },
  };
}

function cacheUrlOf(model: VdpModel): string | null {
  const element = findElement(databaseOf(model, 'admin'), 'DATASOURCE JDBC', 'vdpcachedatasource');
  return element && databaseUri(element.definition);
}

async function untilOne(signals: AbortSignal[]): Promise<void> {
  const any = AbortSignal.any(signals);
  if (any.aborted) return;
  await new Promise<void>((resolve) => any.addEventListener('abort', () => resolve(), { once: true }));
}
