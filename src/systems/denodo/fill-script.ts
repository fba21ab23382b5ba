import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Value } from '../../domain/configured/connection.ts';
import { vqlProperties } from '../../domain/plan/denodo-properties.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { type Revision, revisionName } from '../../domain/revision.ts';
import { nameStatement, singleUserModeOf } from '../../domain/vql/meaning.ts';
import { fillVql, propertiesOf } from '../../domain/vql/properties.ts';
import { readVql, type VqlScript, type VqlStatement } from '../../domain/vql/script.ts';
import { passwordsOf, serverOf, type VdpNeeds } from './server.ts';

/** A statement that is ready to be sent. */
export interface ReadyStatement {
  line: number;
  /** What is sent: it may hold secrets, and is never shown. */
  text: string;
  /** How it begins, as its author wrote it. */
  name: string;
  singleUserMode: 'enter' | 'exit' | null;
}

/** A script that is ready to be sent to one server. */
export interface ReadyScript {
  statements: ReadyStatement[];
  /** Databases in which it does something, in order, each once. */
  databases: string[];
  /** Never to be shown. */
  secrets: string[];
}

/** Makes a script ready, or says in sentences why it cannot be. */
export type Ready = { ok: true; value: ReadyScript } | { ok: false; faults: string[] };

const largestBytes = 64 * 1024 ** 2;

/** Reads the scripts of a revision for a server, and puts the server's values in. Secrets are read now, and only those it needs. */
export async function fillRevision(
  needs: VdpNeeds,
  plan: Plan,
  revision: Revision,
  serverName: string,
): Promise<Ready> {
  const { server } = serverOf(plan, serverName);
  const files = plan.environment.payloads
    .filter(({ role }) => role === server.role)
    .flatMap(({ part }) => revision.parts[part]?.vql?.file ?? []);
  const faults: string[] = [];
  const scripts: ReadyScript[] = [];
  for (const file of files) {
    const ready = await fillFile(needs, plan, serverName, join(revision.directory, file));
    if (ready.ok) scripts.push(ready.value);
    else faults.push(...ready.faults.map((fault) => `${revisionName(revision)}: ${file}: ${fault}`));
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: joined(scripts) };
}

function joined(scripts: ReadyScript[]): ReadyScript {
  return {
    statements: scripts.flatMap(({ statements }) => statements),
    databases: [...new Set(scripts.flatMap(({ databases }) => databases))],
    secrets: scripts.flatMap(({ secrets }) => secrets),
  };
}

async function fillFile(needs: VdpNeeds, plan: Plan, serverName: string, file: string): Promise<Ready> {
  const script = readVql(await readScript(file));
  if (!script.ok) return { ok: false, faults: [script.fault] };
  const { values, secrets } = valuesFor(needs, plan, serverName, propertiesOf(script.value.statements));
  const filled = fillVql(script.value, values);
  if (!filled.ok) return filled;
  const texts = filled.value.map(({ text }) => text);
  const { connection } = serverOf(plan, serverName).server;
  const first = connection.driver === 'postgres' ? connection.database : 'admin';
  return { ok: true, value: readyScript(script.value, { texts, secrets, first }) };
}

/** A backup as it lies on disk: whatever looks like a property in it is text of the server's. */
export async function readBackup(
  file: string,
): Promise<{ ok: true; value: VqlScript } | { ok: false; fault: string }> {
  return readVql(await readScript(file));
}

/** A script that is sent as it was written. */
export function asWritten(script: VqlScript): ReadyScript {
  return readyScript(script, {
    texts: script.statements.map(({ text }) => text),
    secrets: [],
    first: 'admin',
  });
}

/** `first` is the database of a session that has chosen none. */
function readyScript(
  { statements }: VqlScript,
  { texts, secrets, first }: { texts: string[]; secrets: string[]; first: string },
): ReadyScript {
  const ready = statements.map((statement, index) => readyStatement(statement, texts[index] ?? ''));
  return { statements: ready, databases: databasesOf(ready, first), secrets };
}

function readyStatement(statement: VqlStatement, text: string): ReadyStatement {
  return {
    line: statement.line,
    text,
    name: nameStatement(statement),
    singleUserMode: singleUserModeOf(statement),
  };
}

function databasesOf(statements: ReadyStatement[], first: string): string[] {
  let database = first;
  const used: string[] = [];
  for (const { text, singleUserMode } of statements) {
    const connected = connectedDatabase(text);
    if (connected !== null) database = connected;
    else if (singleUserMode === null) used.push(database);
  }
  return [...new Set(used)];
}

function connectedDatabase(text: string): string | null {
  const found = /^CONNECT\s+DATABASE\s+(?:"((?:[^"]|"")+)"|(\S+))/i.exec(text);
  return found?.[1]?.replaceAll('""', '"') ?? found?.[2] ?? null;
}

async function readScript(file: string): Promise<string> {
  const stats = await lstat(file);
  if (!stats.isFile()) throw new Error(`${file} is no file`);
  if (stats.size > largestBytes) throw new Error(`${file} is larger than ${largestBytes} bytes`);
  return await readFile(file, 'utf8');
}

/** The properties of the environment alone: every server executes the same (D-61). */
function valuesFor(
  needs: VdpNeeds,
  plan: Plan,
  serverName: string,
  names: string[],
): { values: Map<string, string>; secrets: string[] } {
  const { server } = serverOf(plan, serverName);
  const given = new Map<string, Value>(Object.entries(vqlProperties(plan.environment)));
  const values = new Map<string, string>();
  const secrets = passwordsOf(needs, server);
  for (const name of names) {
    const value = given.get(name);
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : needs.readSecret(value);
    if (typeof value !== 'string') secrets.push(text);
    values.set(name, text);
  }
  return { values, secrets };
}
