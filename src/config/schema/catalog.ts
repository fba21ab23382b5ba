import { z } from 'zod';

import { section } from '../issues.ts';
import { name, nameAtVersion, text, version } from './words.ts';

const source = z.discriminatedUnion(
  'type',
  [
    section({
      type: z.literal('directory').describe('A directory on this machine.'),
      path: text.describe(
        'The directory with one directory a version, each with revision.yaml and its files.',
      ),
    }),
    section({
      type: z.literal('git').describe('A git repository: bare, local, or reached over ssh or https.'),
      repository: text
        .regex(/^(?!.*:\/\/[^/@]*:[^/@]*@)/, 'an address without a password; git asks its credential helper')
        .describe('Where the repository is: a path, file://, ssh://, user@host:path or https://.'),
      path: text.optional().describe('The directory of the revision inside it.'),
      tag: z
        .string()
        .regex(/^(?:(?!\{version\}).)*\{version\}(?:(?!\{version\}).)*$/, 'a tag with {version} in it once')
        .describe('The tag of a version, such as "customer360-{version}".'),
    }),
  ],
  {
    error: (issue) => (issue.code === 'invalid_union' ? 'a source of type "directory" or "git"' : undefined),
  },
);

/** Where revisions are found, and the packages made of them. */
export const catalog = section({
  revisions: z
    .array(
      section({
        name: name.describe('The name of the revision, as in name@version.'),
        source: source.describe('Where its versions are.'),
      }),
    )
    .optional()
    .describe('What can be deployed.'),
  packages: z
    .array(
      section({
        name: name.describe('The name of the package, as in name@version.'),
        version: version.describe('Its version, in quotes.'),
        revisions: z
          .array(nameAtVersion)
          .min(1)
          .describe('Its revisions as name@version, in the order of deployment.'),
        rules: z
          .array(name)
          .optional()
          .describe('Rule sets that apply to the package. Not executed by this version.'),
      }),
    )
    .optional()
    .describe('Revisions that are deployed together.'),
});

/** Replacements in the definitions of a schedule, by tag. */
export const ruleSet = section({
  name: name.describe('The name of the rule set.'),
  version: version.describe('Its version, in quotes.'),
  rules: z
    .array(
      section({
        tag: name.describe('The kind of value that is replaced.'),
        current: z.string().describe('The value in the definition.'),
        currentContents: z.string().optional().describe('The contents of a property in the definition.'),
        new: z.string().describe('The value it gets.'),
        newContents: z.string().optional().describe('The contents the property gets.'),
        partial: z.boolean().optional().describe('Also replaces inside longer values.'),
        schedule: text.optional().describe('Only in schedules with such a name; * stands for anything.'),
        job: text.optional().describe('Only in jobs with such a name; * stands for anything.'),
      }),
    )
    .describe('The replacements, in their order.'),
});
