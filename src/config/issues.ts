import { z } from 'zod';

import { nearest } from '../domain/nearest.ts';
import { type Fault, fault, type Path, sayList } from './fault.ts';

interface Written {
  sourceAt(path: Path): string | null;
}

/** A mapping that takes these keys and no other; the known keys travel in the message, for the nearest one. */
export function section<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape).join(' ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined),
  });
}

/** Says what the schema found in the words of people who write the file. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], written: Written): Fault[] {
  return issues.flatMap((issue) => explain(issue, written));
}

function explain(issue: z.core.$ZodIssue, written: Written): Fault[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) =>
      fault([...path, key], `unknown key${didYouMean(key, issue.message.split(' '))}`),
    );
  if (issue.code === 'invalid_key')
    return [fault(path, `must be ${issue.issues[0]?.message ?? issue.message}`)];
  const wish = wishOf(issue);
  if (issue.input === undefined) return [fault(path, `is missing; it must be ${wish}`)];
  if (issue.input === null) return [fault(path, `is empty; it must be ${wish}`)];
  return [fault(path, `must be ${wish}${whatStands(issue, written.sourceAt(path))}`)];
}

/** `; did you mean "paradigm"?`, or nothing where no known word is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, [...known]);
  return near === null ? '' : `; did you mean "${near}"?`;
}

const kinds: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
};

function wishOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return ownWords(issue.message) ?? kinds[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? sayList(issue.values) : `one of ${sayList(issue.values)}`;
    case 'too_small':
      return (
        ownWords(issue.message) ??
        (issue.origin === 'array'
          ? `a list of at least ${String(issue.minimum)}`
          : `${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}`)
      );
    case 'too_big':
      return (
        ownWords(issue.message) ??
        (issue.origin === 'array'
          ? `a list of at most ${String(issue.maximum)}`
          : `at most ${String(issue.maximum)}`)
      );
    case 'invalid_union':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return issue.message;
  }
}

/** The schema's own words, told apart from the library's English. */
function ownWords(message: string): string | null {
  return /^(Invalid|Too) /.test(message) ? null : message;
}

function whatStands(issue: z.core.$ZodIssue, source: string | null): string {
  const { input } = issue;
  if (issue.code === 'invalid_value' && typeof input === 'string')
    return issue.values.some((value) => typeof value !== 'string' && String(value) === input)
      ? ', without quotes'
      : `, not "${input}"${didYouMean(input, issue.values.map(String))}`;
  if (issue.code === 'invalid_value' && typeof input === 'number') return `, not ${source ?? String(input)}`;
  const wantsText =
    issue.code === 'invalid_type' ? issue.expected === 'string' : issue.message.startsWith('a text');
  if (wantsText && (typeof input === 'number' || typeof input === 'boolean'))
    return `; write it in quotes: "${source ?? String(input)}"`;
  if (issue.code !== 'invalid_type') return '';
  // 1.5 and .inf are numbers, and not the ones that are meant.
  if (typeof input === 'number' && ['number', 'int'].includes(issue.expected))
    return `, not ${source ?? String(input)}`;
  return `, not ${kinds[Array.isArray(input) ? 'array' : typeof input] ?? typeof input}`;
}
