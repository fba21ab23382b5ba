import { startsLikeTime } from '../../domain/calendar/typed-time.ts';

/** A request as it was typed; what is missing is asked by the form. */
export interface TypedRequest {
  selection: string[];
  environment: string | null;
  when: string;
}

const connectives = new Set(['to', '→', '->', '=>', 'into', 'on', 'in']);

/**
 * `a@1 b@2 to environment [when]` in the orders in which people type it: the environment may come first, and *to* may be
 * an arrow or missing. Null where nothing of it is `name@version`, or the words before it name more than an environment.
 */
export function parseRequest(typed: string[], environments: string[]): TypedRequest | null {
  const words = typed.flatMap(splitArrow);
  const first = words.findIndex(isRevision);
  if (first === -1) return null;
  const count = words.slice(first).findIndex((word) => !isRevision(word));
  const after = count === -1 ? words.length : first + count;
  const selection = words.slice(first, after);
  const before = words.slice(0, first).filter((word) => !connectives.has(word.toLowerCase()));
  if (before.length > 1) return null;
  const rest = words.slice(after);
  const [environment = null] = before;
  if (environment !== null) return { selection, environment, when: rest.join(' ') };
  return { selection, ...placeAndTime(rest, environments) };
}

/** `shop@2,shop@3` is two, `shop@2→shop` is three. */
function splitArrow(word: string): string[] {
  return word
    .split(/(→|->|=>)/)
    .filter((part) => part !== '')
    .flatMap((part) => (isRevision(part) ? revisionsIn(part) : [part.replace(/,$/, '')]))
    .filter((part) => part !== '');
}

function isRevision(word: string): boolean {
  return word.includes('@') && !word.startsWith('<');
}

function revisionsIn(word: string): string[] {
  return word.split(',').filter(Boolean);
}

/** What stands behind the revisions: after a connective always an environment, else one unless it begins like a time. */
function placeAndTime(rest: string[], environments: string[]): { environment: string | null; when: string } {
  const [first = '', second] = rest;
  const isTime = startsLikeTime(rest.join(' ')) && !environments.includes(first);
  if (first === '' || isTime) return { environment: null, when: rest.join(' ') };
  const isJoined = connectives.has(first.toLowerCase()) && second !== undefined;
  const [environment = '', ...when] = isJoined ? rest.slice(1) : rest;
  return { environment, when: when.join(' ') };
}
