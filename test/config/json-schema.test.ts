import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { configurationJsonSchema } from '../../src/config/json-schema.ts';

test('the committed JSON Schema is the one that `lamplighter schema` prints', () => {
  const file = join(import.meta.dirname, '../../docs/lamplighter.schema.json');
  const committed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const generated: unknown = JSON.parse(JSON.stringify(configurationJsonSchema()));
  expect(generated).toHaveProperty('properties.environments');
  expect(committed).toEqual(generated);
});
