import type { VqlToken } from './scan.ts';
import { tokensOf, type VqlScript, type VqlStatement } from './script.ts';

/** A statement with its values in place: what is sent. */
export interface FilledStatement {
  /** The line of the script on which it begins, from 1. */
  line: number;
  text: string;
}

/** A property in a script, `${name}`: Denodo's own way to write what another environment has otherwise. */
const placeholder = /\$\{([^${}'"\r\n;]+)\}/gu;
/** What may stand where no quotes hold it: it can end nothing and begin nothing. */
const bareValue = /^[A-Za-z0-9_.]*$/;

/** Names of the `${properties}` that statements need, each once, in the order in which they appear; comments need none. */
export function propertiesOf(statements: VqlStatement[]): string[] {
  const names = statements
    .filter(mayNeed)
    .flatMap((statement) => tokensOf(statement).flatMap(placesIn))
    .map(({ name }) => name);
  return [...new Set(names)];
}

/**
 * Puts values in the place of `${properties}`: inside a literal each quote of a value is doubled; anywhere else a value
 * may only be a word. Every fault at once, with line and property, and never with the value.
 */
export function fillVql(
  { statements }: VqlScript,
  values: ReadonlyMap<string, string>,
): { ok: true; value: FilledStatement[] } | { ok: false; faults: string[] } {
  const faults = statements
    .filter(mayNeed)
    .flatMap((statement) => tokensOf(statement).flatMap((token) => faultsOf(token, values)));
  if (faults.length > 0) return { ok: false, faults: [...new Set(faults)] };
  const filled = statements.map((statement) => ({
    line: statement.line,
    text: mayNeed(statement) ? fillTokens(tokensOf(statement), values) : statement.text,
  }));
  return { ok: true, value: filled };
}

function fillTokens(tokens: VqlToken[], values: ReadonlyMap<string, string>): string {
  return tokens.map((token, index) => fillToken(token, values, tokens[index + 1])).join('');
}

function fillToken(
  token: VqlToken,
  values: ReadonlyMap<string, string>,
  following: VqlToken | undefined,
): string {
  if (!mayHold(token)) return token.text;
  const text = token.text.replaceAll(placeholder, (_whole, name: string) => {
    const value = values.get(name.trim()) ?? '';
    return token.kind === 'literal' ? value.replaceAll("'", "''") : value;
  });
  // Nothing between two quotes would make one literal of two, and nothing between two dashes a comment.
  return text === '' && following !== undefined ? ' ' : text;
}

function faultsOf(token: VqlToken, values: ReadonlyMap<string, string>): string[] {
  return placesIn(token).flatMap(({ name, line }) => {
    const value = values.get(name);
    const where = `line ${line}: property ${name}`;
    if (value === undefined) return [`${where} has no value`];
    if (value.includes('\0')) return [`${where} has a value that holds a NUL character`];
    if (token.kind === 'literal' || bareValue.test(value)) return [];
    return [
      `${where} stands outside quotes, and its value holds something else than letters, digits, "." and "_"`,
    ];
  });
}

function placesIn(token: VqlToken): { name: string; line: number }[] {
  if (!mayHold(token)) return [];
  return [...token.text.matchAll(placeholder)].map(({ 1: name = '', index }) => ({
    name: name.trim(),
    line: token.line + token.text.slice(0, index).split('\n').length - 1,
  }));
}

function mayHold({ kind, text }: VqlToken): boolean {
  return (kind === 'literal' || kind === 'identifier' || kind === 'property') && text.includes('${');
}

function mayNeed({ text }: VqlStatement): boolean {
  return text.includes('${');
}
