import { configurationJsonSchema } from '../config/json-schema.ts';

/** `schema`: the JSON Schema of the configuration file on standard output. */
export function runSchema(): number {
  process.stdout.write(`${JSON.stringify(configurationJsonSchema(), null, 2)}\n`);
  return 0;
}
