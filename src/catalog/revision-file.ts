import { z } from 'zod';

import { type Fault, fault } from '../config/fault.ts';
import { section } from '../config/issues.ts';
import { checkShape, parseStrictYaml } from '../config/strict-yaml.ts';
import { type Revision, safeWord } from '../domain/revision.ts';

const text = z.string().min(1, 'a text that is not empty');
const name = z
  .string()
  .regex(safeWord, 'made of letters, digits, ".", "_" and "-", beginning with a letter or digit');

const part = section({
  runbook: name.optional(),
  file: text.optional(),
  properties: text.optional(),
  tasks: z
    .array(section({ project: text, name: text, type: text.optional(), file: text.optional() }))
    .optional(),
});

const revisionFile = section({
  name,
  version: name,
  operation: z.enum(['create', 'drop']).optional(),
  author: z
    .string()
    .regex(/^[UW][A-Z0-9]+$/, 'a Slack user id such as U024BE7LH')
    .optional(),
  description: z.string().optional(),
  parts: z.record(name, part),
});

/** What `revision.yaml` says of a revision. */
export type RevisionText = Omit<Revision, 'digest' | 'directory'>;

/** Reads `revision.yaml` strictly; every fault at once, each with its place in the file. */
export function parseRevision(
  content: string,
  file: string,
  expected: { name: string; version: string },
): { ok: true; value: RevisionText } | { ok: false; faults: string[] } {
  const yaml = parseStrictYaml(content, file);
  if (yaml.data === undefined || yaml.data === null)
    return { ok: false, faults: yaml.faults.length > 0 ? yaml.faults : [`${file}:1:1 the file is empty`] };
  const { faults, whole, salvaged } = checkShape(yaml, revisionFile);
  const misplaced = (['name', 'version'] as const).flatMap((key): Fault[] => {
    const written = salvaged[key];
    if (written === undefined || written === expected[key]) return [];
    return [fault([key], `is "${written}", and the catalogue looks for "${expected[key]}" here`)];
  });
  const all = [...yaml.faults, ...yaml.say([...faults, ...misplaced])];
  if (whole === null || all.length > 0) return { ok: false, faults: all };
  return {
    ok: true,
    value: {
      name: whole.name,
      version: whole.version,
      operation: whole.operation ?? 'create',
      author: whole.author ?? null,
      description: whole.description ?? '',
      parts: Object.fromEntries(
        Object.entries(whole.parts).map(([key, { runbook }]) => [
          key,
          { runbook: runbook ?? null, vql: null, tasks: [] },
        ]),
      ),
    },
  };
}
