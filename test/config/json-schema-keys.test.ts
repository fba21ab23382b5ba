import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { configurationJsonSchema } from '../../src/config/json-schema.ts';

interface Schema {
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | false;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

const schema = JSON.parse(JSON.stringify(configurationJsonSchema())) as Schema & { $schema?: string };
const directory = join(import.meta.dirname, '../../examples/config');

/** Every schema below this one, with the path that leads to it. */
function everySchema(at: Schema, path: string): { at: Schema; path: string }[] {
  const children = [
    ...Object.entries(at.properties ?? {}).map(([key, child]) => ({ child, key })),
    ...(at.additionalProperties ? [{ child: at.additionalProperties, key: '*' }] : []),
    ...(at.items ? [{ child: at.items, key: '[]' }] : []),
    ...[...(at.anyOf ?? []), ...(at.oneOf ?? [])].map((child, index) => ({ child, key: `|${index}` })),
  ];
  return [{ at, path }, ...children.flatMap(({ child, key }) => everySchema(child, `${path}.${key}`))];
}

/** Keys of a value that no branch of the schema knows. */
function unknownKeys(value: unknown, at: Schema[], path: string): string[] {
  const branches = at.flatMap((branch) => [branch, ...(branch.anyOf ?? []), ...(branch.oneOf ?? [])]);
  if (Array.isArray(value))
    return value.flatMap((item, index) =>
      unknownKeys(
        item,
        branches.flatMap(({ items }) => items ?? []),
        `${path}[${index}]`,
      ),
    );
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const next = branches.flatMap(
      (branch) => branch.properties?.[key] ?? (branch.additionalProperties || []),
    );
    return next.length === 0 ? [`${path}.${key}`] : unknownKeys(child, next, `${path}.${key}`);
  });
}

test('the JSON Schema is of draft 2020-12', () => {
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
});

test('no object of the JSON Schema takes keys it does not know', () => {
  const objects = everySchema(schema, '').filter(({ at }) => at.type === 'object');
  expect(objects.length).toBeGreaterThan(50);
  expect(objects.filter(({ at }) => at.additionalProperties === undefined).map(({ path }) => path)).toEqual(
    [],
  );
});

test('every key of the JSON Schema says what it is for', () => {
  const keys = everySchema(schema, '').flatMap(({ at, path }) =>
    Object.entries(at.properties ?? {}).map(([key, child]) => ({ path: `${path}.${key}`, child })),
  );
  expect(keys.length).toBeGreaterThan(150);
  expect(keys.filter(({ child }) => !child.description).map(({ path }) => path)).toEqual([]);
});

const examples = readdirSync(directory).filter((name) => name.endsWith('.yaml'));

test('four examples were found', () => {
  expect(examples).toHaveLength(4);
});

test.each(examples)('every key of %s stands in the JSON Schema', (name) => {
  expect(unknownKeys(parse(readFileSync(join(directory, name), 'utf8')), [schema], '')).toEqual([]);
});
