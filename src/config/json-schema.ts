import { z } from 'zod';

import { configurationFile } from './schema/configuration.ts';

/** The JSON Schema (draft 2020-12) of the configuration file, for editors. */
export function configurationJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(configurationFile, { target: 'draft-2020-12' }),
    title: 'lamplighter.yaml',
    description:
      'The configuration of Lamplighter. `lamplighter check` says more: what does not go together.',
  };
}
