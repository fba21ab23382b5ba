import fc from 'fast-check';
import { expect } from 'vitest';

/** What somebody would write who wants more than to be read. */
export const hostileWords = [
  '<!channel>',
  '<!here|here>',
  '<@U0EVIL>',
  '<!subteam^S0EVIL>',
  '<#C0EVIL>',
  '<https://evil.example|ok>',
  '<!date^1^{date_short_pretty} {time}|14:02>',
  '&lt;!channel&gt;',
  '@here',
  '`',
  '```',
  '\u202Egnp.exe\u2066',
  'ap\u200Bproved',
  '\0',
  '\x1B[2K\x1B[1Aapproved',
  '\r',
  '\n> *Approved* by _everybody_',
  '\u2028',
  `'; DROP TABLE deployments; --`,
  '$(touch /tmp/lamplighter-was-here)',
  '`touch /tmp/lamplighter-was-here`',
  "' || touch /tmp/lamplighter-was-here #",
  'x'.repeat(4_000),
  '../../etc/passwd',
  '--upload-pack=touch',
  '😀',
] as const;

/** Texts of people, servers and files at their worst. */
export const hostileText = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...hostileWords) }, fc.string({ maxLength: 12 })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((words) => words.join(' '));

const ours = /<@U0(?:ANA|BEN|CAT|ADMIN)>|<!date\^\d+\^\{date_short_pretty\} \{time\}\|[^<>|]*>/g;
const hidden = /(?![\t\n\r])[\p{Cc}\p{Cf}]/u;

/** Nothing in what goes to Slack pings, links, hides or breaks out; `said` is a message, a view or a list of them. */
export function expectHarmless(said: unknown): void {
  const marked: string[] = [];
  const all: string[] = [];
  collect(said, marked, all);
  expect(all.filter((text) => hidden.test(text))).toEqual([]);
  expect(
    marked.filter((text) => /[<>]|U0EVIL|S0EVIL/.test(text.replaceAll(ours, '').replaceAll(/‹[^›]*›/g, ''))),
  ).toEqual([]);
  expect(marked.filter((text) => [...text].length > 3_000)).toEqual([]);
}

/** Marked texts are those in which Slack looks for marks: `mrkdwn` objects and the text of a message itself. */
function collect(value: unknown, marked: string[], all: string[]): void {
  if (typeof value === 'string') return void all.push(value);
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) return value.forEach((item) => collect(item, marked, all));
  const object: Record<string, unknown> = { ...value };
  const { type, text, verbatim } = object;
  if (typeof text === 'string' && (type === 'mrkdwn' || type === undefined)) marked.push(text);
  if (type === 'mrkdwn') expect(verbatim).toBe(true);
  for (const item of Object.values(object)) collect(item, marked, all);
}
