import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Fault, fault, type Path } from '../config/fault.ts';
import type { RevisionPart, SchedulerTask, VqlPart } from '../domain/revision.ts';
import { readJavaProperties } from '../domain/vql/java-properties.ts';
import { cacheDataSourcesOf, isRepeatableStatement } from '../domain/vql/meaning.ts';
import { propertiesOf } from '../domain/vql/properties.ts';
import { readVql } from '../domain/vql/script.ts';
import type { WrittenPart, WrittenTask, WrittenVql } from './revision-file.ts';

/** What the parts of a revision say together with the files that they name. */
export interface ReadParts {
  parts: Record<string, RevisionPart>;
  faults: Fault[];
  /** Every file that was looked at, relative to the revision, with its mark from before it was read. */
  marks: Map<string, string>;
}

interface Place {
  directory: string;
  /** Of the key that names the file. */
  path: Path;
  faults: Fault[];
  marks: Map<string, string>;
}

const mebibyte = 1024 ** 2;
const largestScript = 16 * mebibyte;
const largestDefinition = mebibyte;
const inText = /\$\{([^${}\r\n]+)\}/g;

/** Reads the files that parts name: regular files inside the revision, of bounded size. Every fault with the key that names its file. */
export async function readParts(directory: string, written: Record<string, WrittenPart>): Promise<ReadParts> {
  const faults: Fault[] = [];
  const marks = new Map<string, string>();
  const parts: Record<string, RevisionPart> = {};
  for (const [key, part] of Object.entries(written)) {
    const place = { directory, path: ['parts', key], faults, marks };
    const vql = part.vql && (await readScript(place, part.vql));
    const tasks: SchedulerTask[] = [];
    for (const [index, task] of part.tasks.entries())
      tasks.push(await readTask({ ...place, path: [...place.path, 'tasks', index, 'file'] }, task));
    parts[key] = { runbook: part.runbook, vql, tasks };
  }
  return { parts, faults, marks };
}

async function readScript(place: Place, { file, properties }: WrittenVql): Promise<VqlPart | null> {
  if (properties !== null) await readNames({ ...place, path: [...place.path, 'properties'] }, properties);
  const here = { ...place, path: [...place.path, 'file'] };
  const content = await readText(here, file, largestScript);
  if (content === null) return null;
  const script = readVql(content);
  if (!script.ok) return complain(here, `${file}: ${script.fault}`);
  const { statements, isParameterised } = script.value;
  if (statements.length === 0) return complain(here, `${file} holds no VQL command`);
  return {
    file,
    statements: statements.length,
    properties: propertiesOf(statements),
    cacheDataSources: cacheDataSourcesOf(statements),
    isRepeatable: statements.every(isRepeatableStatement),
    isParameterised,
  };
}

/** Its values belong to where it was exported; that it names something is all that is asked of it. */
async function readNames(place: Place, file: string): Promise<void> {
  const content = await readText(place, file, largestDefinition);
  if (content !== null && readJavaProperties(content).size === 0)
    complain(place, `${file} names no property`);
}

async function readTask(place: Place, task: WrittenTask): Promise<SchedulerTask> {
  const { file } = task;
  const content = file === null ? null : await readText(place, file, largestDefinition);
  const properties = content === null ? [] : propertiesIn(content);
  if (content !== null && file !== null) checkJson(place, file, content);
  return { ...task, properties };
}

function checkJson(place: Place, file: string, content: string): void {
  try {
    JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (error) {
    complain(place, `${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function propertiesIn(content: string): string[] {
  return [...new Set([...content.matchAll(inText)].map(({ 1: name = '' }) => name.trim()))];
}

const absent = 'absent';

/** Changes whenever a file does: time, size and inode; also when it comes or goes. Never rejects. */
export async function markOf(path: string): Promise<string> {
  const stats = await lstat(path).catch(() => null);
  return stats ? [stats.mtimeMs, stats.ctimeMs, stats.size, stats.ino].join(':') : absent;
}

function complain(place: Place, message: string): null {
  place.faults.push(fault(place.path, message));
  return null;
}

/** Null with a fault where it cannot be read: never through a link, and never out of the revision. */
async function readText(place: Place, file: string, largest: number): Promise<string | null> {
  const parts = file.split('/');
  if (file.startsWith('/') || parts.includes('..'))
    return complain(place, `${file} must be a path inside the revision`);
  place.marks.set(file, absent);
  try {
    for (let length = 1; length < parts.length; length += 1)
      if ((await lstat(join(place.directory, ...parts.slice(0, length)))).isSymbolicLink())
        return complain(place, `${file} is reached through a link, which is not followed`);
    const path = join(place.directory, file);
    place.marks.set(file, await markOf(path));
    const stats = await lstat(path);
    if (!stats.isFile()) return complain(place, `${file} is no file`);
    if (stats.size > largest) return complain(place, `${file} is larger than ${largest} bytes`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not UTF-8' : `cannot be read (${code})`;
    return complain(place, `${file} ${reason}`);
  }
}
