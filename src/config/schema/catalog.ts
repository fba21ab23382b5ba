import { z } from 'zod';

import { section } from '../issues.ts';
import { name, nameAtVersion, text, version } from './words.ts';

const tag = z.string().regex(/\{version\}/, 'a tag with {version} in it');

const source = z.discriminatedUnion(
  'type',
  [
    section({ type: z.literal('directory'), path: text }),
    section({ type: z.literal('git'), repository: text, path: text.optional(), tag }),
  ],
  {
    error: (issue) => (issue.code === 'invalid_union' ? 'a source of type "directory" or "git"' : undefined),
  },
);

/** Where revisions are found, and the packages made of them. */
export const catalog = section({
  revisions: z.array(section({ name, source })).optional(),
  packages: z
    .array(
      section({ name, version, revisions: z.array(nameAtVersion).min(1), rules: z.array(name).optional() }),
    )
    .optional(),
});

/** Replacements in the definitions of a schedule, by tag. */
export const ruleSet = section({
  name,
  version,
  rules: z.array(
    section({
      tag: name,
      current: z.string(),
      currentContents: z.string().optional(),
      new: z.string(),
      newContents: z.string().optional(),
      partial: z.boolean().optional(),
      schedule: text.optional(),
      job: text.optional(),
    }),
  ),
});
