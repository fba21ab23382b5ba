import type { RetryChoice } from '../../domain/deployment/retry-choice.ts';
import { nearest } from '../../domain/nearest.ts';
import { type Delegate, parseDelegate } from './delegate-text.ts';
import { commandWords } from './help.ts';
import { parseRequest } from './request-text.ts';

/** What the text after `/deploy` asks for. */
export type Command =
  | { do: 'form'; selection: string[]; environment: string | null; when: string }
  | { do: 'list' }
  | { do: 'tonight' }
  /** Null: the person chooses among tonight's. */
  | { do: 'join'; number: number | null }
  | { do: 'doctor' }
  /** The command that is asked about; null: all of them. */
  | { do: 'help'; about: string | null }
  | { do: NumberedWord; number: number }
  | { do: 'why'; number: number }
  | { do: 'retry'; number: number; choice: RetryChoice }
  /** An empty reason: the form asks for it. */
  | { do: 'lock'; environment: string; reason: string }
  | { do: 'unlock'; environment: string }
  | { do: 'history'; environment: string }
  /** Null: every environment in a line. */
  | { do: 'status'; environment: string | null }
  | { do: 'revisions'; search: string }
  /** An empty reason: the form asks for it. */
  | { do: 'halt'; reason: string }
  /** One's own settings; of an environment where it is named. */
  | { do: 'settings'; environment: string | null }
  | Delegate
  | { do: 'take-votes-back' }
  /** A command whose name or number is missing, or that has something behind it that it does not take. */
  | { do: 'incomplete'; word: string }
  /** No command; the word of the nearest one, where one is near. */
  | { do: 'unknown'; near: string | null };

/** Commands about one deployment. */
const numbered = ['show', 'cancel', 'rollback'] as const;
type NumberedWord = (typeof numbered)[number];

/** Reads the text after `/deploy`, knowing the names of environments; anything else gets the nearest command. */
export function parseCommand(text: string, environments: string[] = []): Command {
  const words = wordsOf(asTyped(text));
  const [first = '', ...rest] = words;
  const word = first.toLowerCase();
  if (word === 'delegate') return parseDelegate(wordsOf(text).slice(1));
  if (word === '') return { do: 'form', selection: [], environment: null, when: '' };
  const alone = readNumber(first);
  if (alone !== null && rest.length === 0) return { do: 'show', number: alone };
  const find = (name: string): string => sameName(name, environments);
  if (commandWords.includes(word)) return parseKnown(word, rest, find) ?? { do: 'incomplete', word };
  return requested(words, environments) ?? { do: 'unknown', near: nearest(word, commandWords) };
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

/** `deploy shop@2 to shop` is `shop@2 to shop`. */
function requested(words: string[], environments: string[]): Command | null {
  const typed = words[0]?.toLowerCase() === 'deploy' ? words.slice(1) : words;
  const request = parseRequest(typed, environments);
  if (!request) return null;
  const { environment } = request;
  return { do: 'form', ...request, environment: environment && sameName(environment, environments) };
}

function parseKnown(word: string, rest: string[], find: (name: string) => string): Command | null {
  const [argument = ''] = rest;
  if (word === 'halt') return { do: word, reason: rest.join(' ') };
  if (word === 'revisions') return { do: word, search: rest.join(' ') };
  if (word === 'lock' && argument !== '')
    return { do: word, environment: find(argument), reason: rest.slice(1).join(' ') };
  if (word === 'list' && rest.length === 1 && argument.toLowerCase() === 'tonight') return { do: 'tonight' };
  const ofDeployment = parseNumbered(word, rest);
  if (ofDeployment || rest.length > 1) return ofDeployment;
  return argument === '' ? parseAlone(word) : parseWithOne(word, argument, find);
}

/** What stands for itself. */
function parseAlone(word: string): Command | null {
  if (word === 'help') return { do: word, about: null };
  if (word === 'status' || word === 'settings') return { do: word, environment: null };
  if (word === 'join') return { do: word, number: null };
  return word === 'list' || word === 'doctor' ? { do: word } : null;
}

function parseWithOne(word: string, argument: string, find: (name: string) => string): Command | null {
  if (word === 'help') return { do: word, about: argument.toLowerCase() };
  return word === 'status' || word === 'settings' || word === 'unlock' || word === 'history'
    ? { do: word, environment: find(argument) }
    : null;
}

/** `show 1042` and its like; `retry` says which servers behind it. */
function parseNumbered(word: string, [argument = '', ...rest]: string[]): Command | null {
  const number = readNumber(argument);
  if (number === null) return null;
  if (word === 'retry') return { do: word, number, choice: parseChoice(rest) };
  if (word === 'join') return rest.length === 0 ? { do: word, number } : null;
  const about = [...numbered, 'why' as const].find((candidate) => candidate === word);
  return about && rest.length === 0 ? { do: about, number } : null;
}

/** `1042`, `#1042` or `1042,`. */
function readNumber(word: string): number | null {
  const digits = /^#?(\d{1,9}),?$/.exec(word)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Nobody types capitals as the file does: the name that is meant, or the word as it was typed. */
function sameName(typed: string, names: string[]): string {
  return names.find((name) => name.toLowerCase() === typed.toLowerCase()) ?? typed;
}

/** Nothing: all that remains; `only failed`; or servers by name, with commas or without. */
function parseChoice(words: string[]): RetryChoice {
  if (words.length === 0) return 'remaining';
  if (words.join(' ').toLowerCase() === 'only failed') return 'failed';
  return { servers: words.flatMap((word) => word.split(',')).filter(Boolean) };
}
