import type { RetryChoice } from '../../domain/deployment/retry-choice.ts';
import { nearest } from '../../domain/nearest.ts';
import { type Delegate, parseDelegate } from './delegate-text.ts';

/** What the text after `/deploy` asks for. */
export type Command =
  | { do: 'form'; selection: string[]; environment: string | null; when: string }
  | { do: 'list' }
  | { do: 'tonight' }
  /** Null: the person chooses among tonight's. */
  | { do: 'join'; number: number | null }
  | { do: 'help' }
  | { do: NumberedWord; number: number }
  | { do: 'retry'; number: number; choice: RetryChoice }
  /** An empty reason: the form asks for it. */
  | { do: 'lock'; environment: string; reason: string }
  | { do: 'unlock'; environment: string }
  /** One's own settings; of an environment where it is named. */
  | { do: 'settings'; environment: string | null }
  /** An empty reason: the form asks for it. */
  | { do: 'halt'; reason: string }
  | Delegate
  | { do: 'take-votes-back' }
  | { do: 'unknown'; near: string | null; example: string };

/** Commands about one deployment. */
const numbered = ['show', 'cancel', 'rollback'] as const;
type NumberedWord = (typeof numbered)[number];

const examples: Record<string, string> = {
  list: '/deploy list',
  join: '/deploy join 1042',
  help: '/deploy help',
  show: '/deploy show 1042',
  cancel: '/deploy cancel 1042',
  retry: '/deploy retry 1042',
  rollback: '/deploy rollback 1042',
  lock: '/deploy lock denodo-production the database is being moved',
  unlock: '/deploy unlock denodo-production',
  settings: '/deploy settings',
  halt: '/deploy halt the payment provider is down',
  delegate: '/deploy delegate @ben denodo-production until fri 18:00',
  to: '/deploy customer360@2 to denodo-production tomorrow 21:00',
};

/** Reads the text after `/deploy`; anything else gets the nearest command and one example. */
export function parseCommand(text: string): Command {
  const words = wordsOf(asTyped(text));
  const [first = ''] = words;
  if (words.length === 0) return { do: 'form', selection: [], environment: null, when: '' };
  const request = parseRequest(words);
  if (request) return request;
  const word = first.toLowerCase();
  if (words.length === 1 && (word === 'list' || word === 'help')) return { do: word };
  if (word === 'halt') return { do: 'halt', reason: words.slice(1).join(' ') };
  const number = /^#?(\d{1,9})$/.exec(words[1] ?? '')?.[1];
  const about = numbered.find((candidate) => candidate === word);
  if (words.length === 2 && number !== undefined && about) return { do: about, number: Number(number) };
  if (word === 'retry' && number !== undefined)
    return { do: 'retry', number: Number(number), choice: parseChoice(words.slice(2)) };
  const batch = parseBatch(word, words);
  if (batch) return batch;
  const closing = parseLock(word, words);
  if (closing) return closing;
  if (word === 'delegate') return parseDelegate(wordsOf(text).slice(1));
  const near = nearest(word, [
    ...['list', 'join', 'help', ...numbered, 'retry', 'lock', 'unlock', 'settings', 'halt', 'delegate'],
  ]);
  return { do: 'unknown', near, example: examples[near ?? 'to'] ?? '' };
}

function wordsOf(text: string): string[] {
  return text.trim().split(/\s+/).filter(Boolean);
}

/** Slack writes `<@U0BEN|ben>` for @ben, and the like for channels and links: people read what was typed. */
function asTyped(text: string): string {
  return text
    .replaceAll(/<([@#])[A-Z0-9]+\|([^>]+)>/g, '$1$2')
    .replaceAll(/<(?:https?:|mailto:)[^|>]*\|([^>]+)>/g, '$1')
    .replaceAll(/<(https?:[^|>]+)>/g, '$1');
}

/** Nothing: all that remains; `only failed`; or servers by name, with commas or without. */
function parseChoice(words: string[]): RetryChoice {
  if (words.length === 0) return 'remaining';
  if (words.join(' ').toLowerCase() === 'only failed') return 'failed';
  return { servers: words.flatMap((word) => word.split(',')).filter(Boolean) };
}

/** `list tonight`, and `join` with a number or without. */
function parseBatch(word: string, [, what = '', ...rest]: string[]): Command | null {
  if (rest.length > 0) return null;
  if (word === 'list' && what.toLowerCase() === 'tonight') return { do: 'tonight' };
  if (word !== 'join') return null;
  const number = /^#?(\d{1,9})$/.exec(what)?.[1];
  if (number !== undefined) return { do: 'join', number: Number(number) };
  return what === '' ? { do: 'join', number: null } : null;
}

/** `lock environment [reason]`, `unlock environment` and `settings [environment]`. */
function parseLock(word: string, words: string[]): Command | null {
  const environment = words[1];
  if (word === 'settings' && words.length <= 2) return { do: 'settings', environment: environment ?? null };
  if (environment === undefined) return null;
  if (word === 'lock') return { do: 'lock', environment, reason: words.slice(2).join(' ') };
  return word === 'unlock' && words.length === 2 ? { do: 'unlock', environment } : null;
}

/** `a@1 b@2 to environment [when]`; commas between revisions are welcome. */
function parseRequest(words: string[]): Command | null {
  const to = words.findIndex((word) => word.toLowerCase() === 'to');
  const selection = words
    .slice(0, to < 0 ? words.length : to)
    .flatMap((word) => word.split(','))
    .filter(Boolean);
  if (selection.length === 0 || !selection.every((word) => word.includes('@'))) return null;
  if (to < 0) return { do: 'form', selection, environment: null, when: '' };
  const environment = words[to + 1];
  return environment === undefined
    ? null
    : { do: 'form', selection, environment, when: words.slice(to + 2).join(' ') };
}

/** Every command with its line, for `/deploy help`. */
export const helpText = [
  '*/deploy* opens the form: what, where, when, and the whole plan before you send it.',
  '`/deploy customer360@2 to denodo-production tomorrow 21:00` opens it filled in.',
  '`/deploy list` what runs, what waits, what was.',
  '`/deploy list tonight` the batches of tonight, in their order.',
  '`/deploy join 1042` one more deployment at the hour of #1042 and after it; without a number you choose among tonight’s.',
  '`/deploy show 1042` one deployment with everything that happened.',
  '`/deploy cancel 1042` before it begins: it never will; while it runs: it stops after the server at hand.',
  '`/deploy retry 1042` deploys what failed or was never begun; `/deploy retry 1042 only failed` or `/deploy retry 1042 web-3 web-4` a part of it.',
  '`/deploy rollback 1042` restores what it changed, in reverse order, by a deployment of its own.',
  '`/deploy lock denodo-production REASON` lets nothing begin there; what has begun goes on.',
  '`/deploy unlock denodo-production` opens it again.',
  '`/deploy settings` which direct messages reach you, and when; `/deploy settings denodo-production` what its channel is told.',
  '`/deploy delegate @ben denodo-production until fri 18:00` hands your vote there to @ben; `/deploy delegate #1042 @ben` for one deployment; `/deploy delegate off` takes them all back.',
  '`/deploy halt REASON` pauses everything that runs and locks every environment that you may lock.',
].join('\n');
