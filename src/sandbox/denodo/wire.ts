import { createHash } from 'node:crypto';

/** What a client of the PostgreSQL protocol may send that this server understands. */
export type FrontendMessage =
  | { type: 'tls' }
  | { type: 'cancel' }
  | { type: 'startup'; user: string; database: string }
  | { type: 'password'; password: string }
  | { type: 'query'; text: string }
  | { type: 'terminate' }
  | { type: 'other'; code: string };

/** A table that a statement answers; null is SQL's NULL. */
export interface Table {
  columns: string[];
  rows: (string | null)[][];
}

const tlsRequest = 80_877_103;
const cancelRequest = 80_877_102;
const textType = 25;

/** Cuts whole messages out of what came in; the first of a connection has no code before its length. */
export function createMessageReader(): {
  push(chunk: Buffer): FrontendMessage[];
} {
  let held: Buffer = Buffer.alloc(0);
  let hasStarted = false;
  const next = (): FrontendMessage | null => {
    const skip = hasStarted ? 1 : 0;
    if (held.length < skip + 4) return null;
    const end = skip + held.readInt32BE(skip);
    if (held.length < end) return null;
    const body = held.subarray(skip + 4, end);
    const code = held.toString('latin1', 0, skip);
    held = held.subarray(end);
    const message = hasStarted ? readMessage(code, body) : readStartup(body);
    hasStarted = hasStarted || message.type === 'startup';
    return message;
  };
  return {
    push: (chunk) => {
      held = Buffer.concat([held, chunk]);
      const messages: FrontendMessage[] = [];
      for (let message = next(); message !== null; message = next()) messages.push(message);
      return messages;
    },
  };
}

function readStartup(body: Buffer): FrontendMessage {
  const code = body.readInt32BE(0);
  if (code === tlsRequest) return { type: 'tls' };
  if (code === cancelRequest) return { type: 'cancel' };
  const words = body.toString('utf8', 4).split('\0');
  const valueOf = (name: string): string => {
    const at = words.findIndex((word, index) => index % 2 === 0 && word === name);
    return at < 0 ? '' : (words[at + 1] ?? '');
  };
  return { type: 'startup', user: valueOf('user'), database: valueOf('database') };
}

function readMessage(code: string, body: Buffer): FrontendMessage {
  const text = body.toString('utf8', 0, Math.max(0, body.length - 1));
  if (code === 'Q') return { type: 'query', text };
  if (code === 'p') return { type: 'password', password: text };
  return code === 'X' ? { type: 'terminate' } : { type: 'other', code };
}

function frame(code: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(code, 'latin1'), int32(body.length + 4), body]);
}

function int32(number: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(number);
  return buffer;
}

function int16(number: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(number);
  return buffer;
}

function cText(words: string): Buffer {
  return Buffer.from(`${words}\0`, 'utf8');
}

/** Asks for a password, in clear text or with this salt. */
export function askPassword(salt: Buffer | null): Buffer {
  return salt === null ? frame('R', int32(3)) : frame('R', int32(5), salt);
}

/** What a client sends for a password and a salt. */
export function md5Password(user: string, password: string, salt: Buffer): string {
  const inner = createHash('md5').update(`${password}${user}`).digest('hex');
  return `md5${createHash('md5').update(inner).update(salt).digest('hex')}`;
}

/** Lets a client in. */
export function welcome(): Buffer {
  const settings = { server_version: '9.3', client_encoding: 'UTF8', standard_conforming_strings: 'on' };
  return Buffer.concat([
    frame('R', int32(0)),
    ...Object.entries(settings).map(([name, value]) => frame('S', cText(name), cText(value))),
    frame('K', int32(1), int32(1)),
    ready(),
  ]);
}

/** Waits for the next statement. */
export function ready(): Buffer {
  return frame('Z', Buffer.from('I'));
}

/** A statement was executed; a table where it asked for something. */
export function completed(tag: string, table: Table | null): Buffer {
  const rows = table?.rows ?? [];
  return Buffer.concat([
    ...(table ? [describe(table.columns)] : []),
    ...rows.map((row) => frame('D', int16(row.length), ...row.flatMap(cell))),
    frame('C', cText(tag)),
  ]);
}

function describe(columns: string[]): Buffer {
  const fields = columns.flatMap((name) => [
    cText(name),
    int32(0),
    int16(0),
    int32(textType),
    int16(-1),
    int32(-1),
    int16(0),
  ]);
  return frame('T', int16(columns.length), ...fields);
}

function cell(value: string | null): Buffer[] {
  if (value === null) return [int32(-1)];
  const bytes = Buffer.from(value, 'utf8');
  return [int32(bytes.length), bytes];
}

/** A statement failed. Denodo has no codes: there is only the text. */
export function failed(reason: string, severity: 'ERROR' | 'FATAL' = 'ERROR'): Buffer {
  return frame('E', cText(`S${severity}`), cText('CXX000'), cText(`M${reason}`), Buffer.alloc(1));
}
