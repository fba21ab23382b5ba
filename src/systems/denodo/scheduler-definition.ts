import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';

import type { Value } from '../../domain/configured/connection.ts';
import type { Revision, SchedulerTask } from '../../domain/revision.ts';
import { fieldsOf, type Fields } from '../answers.ts';
import { Declined } from '../conversation.ts';

/** A task of a Scheduler as it is sent: whole, because what is left out of a replacement is emptied. */
export interface Definition {
  task: SchedulerTask;
  body: Fields;
}

/** Cluster properties with their secrets read, and which of them are secret. */
export interface Properties {
  values: Record<string, string>;
  secrets: string[];
}

/** Reads the secrets among properties. Ends the task where one cannot be read. */
export function readProperties(
  given: Record<string, Value>,
  readSecret: (reference: Exclude<Value, string>) => string,
): Properties {
  const secrets: string[] = [];
  const values = Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (typeof value === 'string') return [name, value];
      const secret = trySecret(() => readSecret(value));
      secrets.push(secret);
      return [name, secret];
    }),
  );
  return { values, secrets };
}

function trySecret(read: () => string): string {
  try {
    return read();
  } catch (error) {
    throw new Declined(error instanceof Error ? error.message : String(error));
  }
}

/** Reads the definition of a task from its revision and fills its properties in (D-26). Ends the task where that cannot be. */
export async function readDefinition(
  revision: Revision,
  task: SchedulerTask,
  properties: Record<string, string>,
): Promise<Definition> {
  if (task.file === null) throw new Declined(`task ${task.name} has no definition to be made from`);
  const text = await readInside(revision, task.file);
  const body = parseObject(fillProperties(text, properties, task.file), task.file);
  for (const key of ['name', 'type'] as const) {
    const written = body[key] ?? task[key];
    if (task[key] !== null && written !== task[key])
      throw new Declined(
        `"${task.file}" defines ${key} ${JSON.stringify(written)}, and revision.yaml says "${task[key]}"`,
      );
  }
  return { task, body: { ...body, name: task.name, ...(task.type !== null && { type: task.type }) } };
}

async function readInside({ directory }: Revision, file: string): Promise<string> {
  if (isAbsolute(file) || normalize(file).startsWith('..'))
    throw new Declined(`"${file}" lies outside of its revision`);
  try {
    return (await readFile(join(directory, file), 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Declined(`"${file}" cannot be read (${code})`);
  }
}

function parseObject(text: string, file: string): Fields {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return fieldsOf(parsed);
  } catch {
    // Said below: the parser's own words would quote values.
  }
  throw new Declined(`"${file}" is no JSON object`);
}

/** A whole text in quotes, or a placeholder outside of any. */
const textOrBare = /"(?:[^"\\]|\\.)*"|\$\{([^{}]+)\}/g;
const placeholder = /\$\{([^{}]+)\}/g;
/** What may stand in JSON without quotes: anything else could bring a key of its own along. */
const bareValue = /^(?:-?\d+(?:\.\d+)?|true|false|null)$/;

/** Puts properties in the place of `${name}`: inside of a text they are escaped, outside only numbers and the like may stand. */
export function fillProperties(text: string, properties: Record<string, string>, file: string): string {
  const valueOf = (name: string): string => {
    const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (value === undefined)
      throw new Declined(`"${file}" needs the property "${name}", which the cluster does not define`);
    return value;
  };
  return text.replaceAll(textOrBare, (whole, bare: string | undefined) => {
    if (bare === undefined)
      return whole.replaceAll(placeholder, (_all, name: string) =>
        JSON.stringify(valueOf(name)).slice(1, -1),
      );
    const value = valueOf(bare);
    if (!bareValue.test(value))
      throw new Declined(
        `"${file}": the property "${bare}" stands outside of quotes there, so its value has to be a number, true, false or null`,
      );
    return value;
  });
}
