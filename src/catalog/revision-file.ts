import { z } from 'zod';

import { type Fault, fault } from '../config/fault.ts';
import { section } from '../config/issues.ts';
import { checkShape, parseStrictYaml, type StrictYaml } from '../config/strict-yaml.ts';
import { type Revision, safeWord, type SchedulerTask } from '../domain/revision.ts';

const text = z.string().min(1, 'a text that is not empty');
const name = z
  .string()
  .regex(safeWord, 'made of letters, digits, ".", "_" and "-", beginning with a letter or digit');

const part = section({
  runbook: name.optional(),
  file: text.optional(),
  properties: text.optional(),
  tasks: z
    .array(
      section({
        project: text,
        name: text,
        type: text.optional(),
        file: text.optional(),
        marked: z.boolean().optional(),
      }),
    )
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

/** A script as `revision.yaml` names it; not read yet. */
export interface WrittenVql {
  file: string;
  properties: string | null;
}

/** A task of a scheduler as `revision.yaml` names it; its definition is not read yet. */
export type WrittenTask = Omit<SchedulerTask, 'properties'>;

/** What `revision.yaml` asks of one payload. */
export interface WrittenPart {
  runbook: string | null;
  vql: WrittenVql | null;
  tasks: WrittenTask[];
}

/** What `revision.yaml` says of a revision. */
export interface WrittenRevision extends Omit<Revision, 'digest' | 'directory' | 'parts'> {
  parts: Record<string, WrittenPart>;
}

/** What was written, and how more faults are said with their place in the file. */
export type ParsedRevision =
  | { ok: true; value: WrittenRevision; say: StrictYaml['say'] }
  | { ok: false; faults: string[] };

/** Reads `revision.yaml` strictly; every fault at once, each with its place in the file. The files it names are not looked at. */
export function parseRevision(
  content: string | Uint8Array,
  file: string,
  expected: { name: string; version: string },
): ParsedRevision {
  const yaml = parseStrictYaml(content, file);
  if (yaml.data === undefined || yaml.data === null)
    return { ok: false, faults: yaml.faults.length > 0 ? yaml.faults : [`${file}:1:1 the file is empty`] };
  const { faults, whole, salvaged } = checkShape(yaml, revisionFile);
  const misplaced = (['name', 'version'] as const).flatMap((key): Fault[] => {
    const written = salvaged[key];
    if (written === undefined || written === expected[key]) return [];
    return [fault([key], `is "${written}", and the catalogue looks for "${expected[key]}" here`)];
  });
  const all = [
    ...yaml.faults,
    ...yaml.say([...faults, ...misplaced, ...(whole ? undefinedTasks(whole) : [])]),
  ];
  if (whole === null || all.length > 0) return { ok: false, faults: all };
  return { ok: true, value: writtenRevision(whole), say: (more) => yaml.say(more) };
}

type RevisionFile = z.infer<typeof revisionFile>;

function writtenRevision(whole: RevisionFile): WrittenRevision {
  const operation = whole.operation ?? 'create';
  return {
    name: whole.name,
    version: whole.version,
    operation,
    author: whole.author ?? null,
    description: whole.description ?? '',
    parts: Object.fromEntries(
      Object.entries(whole.parts).map(([key, written]) => [key, writtenPart(written, operation)]),
    ),
  };
}

function writtenPart(
  { runbook, file, properties, tasks }: z.infer<typeof part>,
  operation: Revision['operation'],
): WrittenPart {
  const isScript = file !== undefined && !file.endsWith('.json');
  return {
    runbook: runbook ?? null,
    vql: isScript ? { file, properties: properties ?? null } : null,
    tasks: (tasks ?? []).map((task) => ({
      project: task.project,
      name: task.name,
      type: task.type ?? null,
      // What is removed needs no definition.
      file: operation === 'drop' ? null : (task.file ?? null),
      isMarked: task.marked ?? false,
    })),
  };
}

/** What is made needs a definition. */
function undefinedTasks({ operation, parts }: RevisionFile): Fault[] {
  if (operation === 'drop') return [];
  return Object.entries(parts).flatMap(([key, { tasks }]) =>
    (tasks ?? []).flatMap(({ name: task, file }, index) =>
      file === undefined
        ? [fault(['parts', key, 'tasks', index], `has no file: the task ${task} is made from its definition`)]
        : [],
    ),
  );
}
