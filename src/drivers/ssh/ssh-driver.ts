import { createConnection, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { Client, type ClientChannel } from 'ssh2';

import type { Connection, SecretReference } from '../../domain/configured/connection.ts';
import { createPacedLane } from '../../domain/paced-lane.ts';
import { type CommandDriver, type CommandSession, type Look, Unreachable } from '../command.ts';
import type { Channel, OpenChannel } from '../runner/channel.ts';
import { lookAround } from '../runner/look.ts';
import { openRunnerSession } from '../runner/session.ts';
import { pinnedFor, sayFingerprint } from './host-key.ts';

type SshConnection = Extract<Connection, { driver: 'ssh' }>;

/** What the driver is built with. */
export interface SshDriverNeeds {
  readSecret: (reference: SecretReference) => string;
}

const connectTimeoutMs = 10_000;
const keepaliveMs = 10_000;
/** Handshakes block the event loop: only a few at once, a little apart. */
const handshakes = {
  atOnce: 4,
  betweenMs: 10,
  elapsed: () => performance.now(),
  pause: async (milliseconds: number) => await delay(milliseconds),
};

/** Reaches servers over ssh with pinned host keys; nothing is offered to a server that shows another one. */
export function createSshDriver(needs: SshDriverNeeds): CommandDriver {
  const lane = createPacedLane(handshakes);
  return {
    connect: async (server, connection, signal) => {
      const known = knownShell(server, connection);
      return await lane.schedule(async () => await connect(needs, server, known, signal));
    },
    look: async (server, connection, signal) => {
      const known = knownShell(server, connection);
      return await lane.schedule(async () => await look(needs, server, known, signal));
    },
  };
}

function knownShell(server: string, connection: Connection): SshConnection {
  if (connection.driver !== 'ssh') throw new Error(`server ${server} is not reached over ssh`);
  if (connection.shell === 'sh') return connection;
  throw new Unreachable(`${server}: shell ${connection.shell} is not executed by this version`);
}

async function look(
  needs: SshDriverNeeds,
  server: string,
  connection: SshConnection,
  signal: AbortSignal,
): Promise<Look> {
  const client = await handshake(needs, server, connection, signal);
  try {
    const open: OpenChannel = async (line) => await openSshChannel(client, server, line);
    return await lookAround({ server, workDirectory: connection.workDirectory, open });
  } finally {
    client.end();
  }
}

async function connect(
  needs: SshDriverNeeds,
  server: string,
  connection: SshConnection,
  signal: AbortSignal,
): Promise<CommandSession> {
  const client = await handshake(needs, server, connection, signal);
  try {
    return await openRunnerSession({
      server,
      workDirectory: connection.workDirectory,
      keepRevisions: connection.keepRevisions,
      open: async (line) => await openSshChannel(client, server, line),
      close: async () => {
        client.end();
      },
    });
  } catch (error) {
    client.end();
    throw error;
  }
}

/** TCP without Nagle's delay, the pinned key checked before anything is offered, then the key of the login. */
async function handshake(
  needs: SshDriverNeeds,
  server: string,
  connection: SshConnection,
  signal: AbortSignal,
): Promise<Client> {
  const { host, port, user } = connection;
  const where = `${server} (${host}:${port})`;
  const pins = pinnedFor(connection, where);
  const socket = await openSocket(where, host, port, signal);
  const client = new Client();
  return await new Promise<Client>((resolve, reject) => {
    let shown: Buffer | null = null;
    const fail = (error: Error): void => {
      client.end();
      socket.destroy();
      const changed = shown && !pins.some((pin) => pin.key.equals(shown ?? Buffer.alloc(0)));
      reject(new Unreachable(changed ? sayChanged(where, pins, shown) : `${where}: ${error.message}`));
    };
    client.once('ready', () => resolve(client));
    client.once('error', fail);
    client.once('close', () => fail(new Error('the connection was closed during the handshake')));
    try {
      client.connect({
        sock: socket,
        username: user,
        privateKey: needs.readSecret(connection.privateKey),
        readyTimeout: connectTimeoutMs,
        keepaliveInterval: keepaliveMs,
        keepaliveCountMax: 3,
        agentForward: false,
        algorithms: { serverHostKey: [...new Set(pins.flatMap((pin) => pin.algorithms))] },
        hostVerifier: (key: Buffer) => {
          shown = key;
          return pins.some((pin) => pin.key.equals(key));
        },
      });
    } catch (error) {
      // A login key that cannot be read; the connection would stay open.
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  }).finally(() => {
    client.on('error', () => undefined);
  });
}

function sayChanged(where: string, pins: { key: Buffer }[], shown: Buffer | null): string {
  const pinned = pins.map((pin) => sayFingerprint(pin.key)).join(' or ');
  return `${where} shows host key ${shown ? sayFingerprint(shown) : 'unknown'}, and ${pinned} is pinned: nothing was offered to it. If the server was rebuilt, pin its new key in the configuration`;
}

async function openSocket(where: string, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return await new Promise<Socket>((resolve, reject) => {
    const socket = createConnection({ host, port, noDelay: true });
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new Unreachable(`${where} cannot be reached: ${reason}`));
    };
    const abort = (): void => fail('the attempt was given up');
    const timer = setTimeout(() => fail(`no answer in ${connectTimeoutMs / 1_000} s`), connectTimeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      settle();
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      settle();
      fail(error.code ?? error.message);
    });
  });
}

async function openSshChannel(client: Client, server: string, line: string): Promise<Channel> {
  return await new Promise<Channel>((resolve, reject) => {
    const broken = (error: Error): void =>
      reject(new Unreachable(`${server}: the connection broke: ${error.message}`));
    try {
      // Listened to at once: on a busy day the end of a short command comes in the same packet as its beginning.
      client.exec(line, (error, stream) => (error ? broken(error) : resolve(channelOf(stream))));
    } catch (error) {
      broken(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

function channelOf(stream: ClientChannel): Channel {
  let giveUp: () => void = () => undefined;
  const closed = new Promise<{ exitCode: number | null; reason: string }>((resolve) => {
    let exitCode: number | null = null;
    stream.on('exit', (code: number | null) => {
      exitCode = code;
    });
    stream.on('close', () => resolve({ exitCode, reason: exitCode === null ? 'the connection broke' : '' }));
    stream.on('error', (error: Error) => resolve({ exitCode: null, reason: error.message }));
    giveUp = () => resolve({ exitCode: null, reason: 'it was given up' });
  });
  return {
    stdin: stream,
    stdout: stream,
    stderr: stream.stderr,
    closed,
    kill: () => {
      stream.signal('KILL');
      stream.close();
      giveUp();
    },
  };
}
