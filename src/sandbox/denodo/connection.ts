import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';

import { VdpError, type VdpModel } from './model.ts';
import { type Answer, executeStatement } from './statements.ts';
import type { UserMode } from './user-mode.ts';
import { askPassword, completed, createMessageReader, failed, md5Password, ready, welcome } from './wire.ts';

/** One statement that came in, with what was answered; null while it waits or runs. */
export interface LoggedStatement {
  /** Epoch milliseconds. */
  at: number;
  connection: number;
  user: string;
  database: string;
  text: string;
  /** `ok`, or the error's sentence. */
  outcome: string | null;
}

/** Somebody who may log in. */
export interface VdpUser {
  password: string;
  isAdministrator: boolean;
}

/** What happens to a statement instead of being executed as it should. */
export type VdpFault = 'hold' | 'ignore' | 'close-before' | 'close-after' | { error: string };

/** What every connection shares. */
export interface VdpServerState {
  model: VdpModel;
  mode: UserMode;
  log: LoggedStatement[];
  users: Record<string, VdpUser>;
  password: 'trust' | 'cleartext' | 'md5';
  secureContext: SecureContext | null;
  now: () => number;
  /** What happens to a statement now, asked once for each. */
  faultOf: (text: string) => VdpFault | null;
  /** Waits until what is held may go on. */
  untilReleased: (signal: AbortSignal) => Promise<void>;
}

interface Talk {
  id: number;
  state: VdpServerState;
  send(bytes: Buffer): void;
  close(): void;
  signal: AbortSignal;
  user: string;
  database: string;
  salt: Buffer;
  isIn: boolean;
}

/** Speaks with one client until it goes away; what it had of the server is given back then. */
export function serveConnection(raw: Socket, id: number, state: VdpServerState): void {
  const over = new AbortController();
  let socket: Socket = raw;
  let queue = Promise.resolve();
  const talk: Talk = {
    id,
    state,
    send: (bytes) => void (socket.writable && socket.write(bytes)),
    close: () => raw.destroy(),
    signal: over.signal,
    user: '',
    database: '',
    salt: randomBytes(4),
    isIn: false,
  };
  const listen = (): void => {
    const reader = createMessageReader();
    socket.on('data', (chunk: Buffer) => {
      for (const message of reader.push(chunk)) {
        if (message.type === 'tls') return secure();
        queue = queue.then(async () => await hear(talk, message)).catch(() => talk.close());
      }
    });
    socket.on('error', () => raw.destroy());
  };
  const secure = (): void => {
    const { secureContext } = state;
    if (!secureContext) return void raw.write('N');
    raw.removeAllListeners('data');
    raw.write('S');
    socket = new TLSSocket(raw, { isServer: true, secureContext });
    listen();
  };
  raw.on('close', () => {
    over.abort();
    state.mode.exit(id);
  });
  listen();
}

async function hear(
  talk: Talk,
  message: ReturnType<ReturnType<typeof createMessageReader>['push']>[number],
): Promise<void> {
  switch (message.type) {
    case 'startup':
      talk.user = message.user;
      talk.database = message.database;
      if (talk.state.password === 'trust') return logIn(talk, null);
      return talk.send(askPassword(talk.state.password === 'md5' ? talk.salt : null));
    case 'password':
      return logIn(talk, message.password);
    case 'query':
      if (talk.isIn) return await answerQuery(talk, message.text);
      return talk.close();
    case 'cancel':
    case 'terminate':
      return talk.close();
    case 'tls':
      return;
    case 'other':
      // Only simple statements: whoever prepares one is told so.
      if (message.code === 'S') return talk.send(ready());
      return talk.send(failed(`message ${message.code} is not understood: send simple queries`));
  }
}

function logIn(talk: Talk, given: string | null): void {
  const { users, password, model } = talk.state;
  const user = users[talk.user];
  const expected =
    user && (password === 'md5' ? md5Password(talk.user, user.password, talk.salt) : user.password);
  const isRight = user !== undefined && (given === null || given === expected);
  if (!isRight) talk.send(failed('authentication error: The username or password is incorrect', 'FATAL'));
  else if (!model.databases.has(talk.database.toLowerCase()))
    talk.send(failed(`Database '${talk.database}' not found`, 'FATAL'));
  else {
    talk.isIn = true;
    return talk.send(welcome());
  }
  talk.close();
}

async function answerQuery(talk: Talk, text: string): Promise<void> {
  const { state, id, user, database } = talk;
  const entry: LoggedStatement = { at: state.now(), connection: id, user, database, text, outcome: null };
  state.log.push(entry);
  await state.mode.admit(id, talk.signal);
  try {
    const answer = await perform(talk, text);
    entry.outcome = 'ok';
    if (answer === null) return talk.close();
    talk.send(Buffer.concat([completed(answer.tag, answer.table), ready()]));
  } catch (error) {
    if (!(error instanceof VdpError)) throw error;
    entry.outcome = error.message;
    talk.send(Buffer.concat([failed(error.message), ready()]));
  } finally {
    state.mode.finish(id);
  }
}

/** Null where the connection is to be closed instead of an answer. */
async function perform(talk: Talk, text: string): Promise<Answer | null> {
  const fault = talk.state.faultOf(text);
  if (fault === 'close-before') throw new Error('closed by a fault');
  if (fault === 'hold') await talk.state.untilReleased(talk.signal);
  if (fault !== null && typeof fault === 'object') throw new VdpError(fault.error);
  if (fault === 'ignore') return { tag: 'OK', table: null };
  const answer = await execute(talk, text);
  return fault === 'close-after' ? null : answer;
}

async function execute(talk: Talk, text: string): Promise<Answer> {
  const { state, id } = talk;
  const words = text.trim().replace(/;$/, '').trim().toUpperCase().replaceAll(/\s+/g, ' ');
  if (words === 'ENTER SINGLE USER MODE') {
    if (!state.users[talk.user]?.isAdministrator)
      throw new VdpError('Insufficient privileges: only administrators can enter single user mode');
    if (state.mode.owner() === id) throw new VdpError('The server is already in single user mode');
    await state.mode.enter(id, talk.signal);
    return { tag: 'OK', table: null };
  }
  if (words === 'EXIT SINGLE USER MODE') {
    if (!state.mode.exit(id)) throw new VdpError('The server is not in single user mode');
    return { tag: 'OK', table: null };
  }
  return executeStatement(state.model, talk, text);
}
