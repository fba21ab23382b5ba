import { basename } from 'node:path';

import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { z } from 'zod';

import { type Fault, type Path, sayPath } from './fault.ts';
import { explainIssues } from './issues.ts';
import { type Salvaged, salvage } from './salvage.ts';

/** A YAML text that was read as far as it can be: its data, and the line and column of everything in it. */
export interface StrictYaml {
  /** What is written; undefined where the text is no YAML. */
  data: unknown;
  /** Syntax errors and duplicate keys, each one line with its place. */
  faults: string[];
  /** What is written at a path, letter by letter; null for what is not one word. */
  sourceAt(path: Path): string | null;
  /** `lamplighter.yaml:14:7 environments.shop.kind: …`, in the order of the file. */
  say(faults: readonly Fault[]): string[];
}

/** Reads YAML 1.2 strictly: one document, no key twice. Never throws. */
export function parseStrictYaml(text: string, file: string): StrictYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    stringKeys: true,
  });
  const name = basename(file);
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const syntax = document.errors.filter((error) => error.code !== 'DUPLICATE_KEY');
  const faults = [
    ...olderDirective(document),
    // What the library only warns of would be read as something else than what is written.
    ...[...document.errors, ...document.warnings].map((problem) => ({
      offset: problem.pos[0],
      message: sayProblem(document, problem),
    })),
  ].map(({ offset, message }) => `${place(offset)} ${message}`);
  const values = syntax.length > 0 ? { data: undefined, fault: null } : valuesOf(document);
  return {
    data: values.data,
    faults: values.fault === null ? faults : [...faults, `${name}:1:1 ${values.fault}`],
    sourceAt: (path) => {
      const node = nodeAt(document, path);
      return isScalar(node) && typeof node.source === 'string' ? node.source : null;
    },
    say: (found) =>
      found
        .map(({ path, message }) => ({ offset: offsetOf(document, path), path, message }))
        .toSorted((left, right) => left.offset - right.offset)
        .map(
          ({ offset, path, message }) =>
            `${place(offset)} ${path.length > 0 ? `${sayPath(path)}: ` : ''}${message}`,
        ),
  };
}

/** What a schema makes of what was read: every fault at once, and what is right in it. */
export interface ShapeCheck<T> {
  faults: Fault[];
  /** The whole, where nothing is wrong. */
  whole: T | null;
  /** What is left when everything faulty is taken out. */
  salvaged: Salvaged<T>;
}

/** Checks what was read against a schema. */
export function checkShape<T>(yaml: StrictYaml, schema: z.ZodType<T>): ShapeCheck<T> {
  const parsed = schema.safeParse(yaml.data, { reportInput: true });
  if (parsed.success) return { faults: [], whole: parsed.data, salvaged: salvage<T>(yaml.data, []) };
  const { issues } = parsed.error;
  return { faults: explainIssues(issues, yaml), whole: null, salvaged: salvage<T>(yaml.data, issues) };
}

/** Under YAML 1.1 `yes` and `010` would be no texts. */
function olderDirective(document: Document.Parsed): { offset: number; message: string }[] {
  const { explicit, version } = document.directives.yaml;
  return explicit === true && version !== '1.2'
    ? [{ offset: 0, message: 'the file is read as YAML 1.2; remove the line %YAML' }]
    : [];
}

function sayProblem(document: Document.Parsed, { code, pos: [offset], message }: YAMLError): string {
  if (code === 'DUPLICATE_KEY')
    return `${sayPath(pathAt(document, offset))}: this key is written twice; keep one`;
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here; the file holds one, so remove "---"';
  if (code === 'TAG_RESOLVE_FAILED')
    return `${inOneLine(message)}; write the value without a tag, secrets as { env: NAME } or { file: PATH }`;
  return inOneLine(message);
}

function valuesOf(document: Document.Parsed): { data: unknown; fault: string | null } {
  try {
    return { data: document.toJS(), fault: null };
  } catch (error) {
    return { data: undefined, fault: inOneLine(error instanceof Error ? error.message : String(error)) };
  }
}

function inOneLine(message: string): string {
  return message.replaceAll(/\s+/g, ' ').trim();
}

/** The place of a path: of its key where it has one, else of its value; of the nearest thing above where it is missing. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const here = path.slice(0, length);
    const node = keyAt(document, here) ?? nodeAt(document, here);
    if (node?.range) return node.range[0];
  }
  return document.contents?.range[0] ?? 0;
}

function keyAt(document: Document.Parsed, path: Path): Node | null {
  const parent = nodeAt(document, path.slice(0, -1));
  if (!isMap(parent)) return null;
  const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === path.at(-1));
  return pair && isNode(pair.key) ? pair.key : null;
}

function nodeAt(document: Document.Parsed, path: Path): Node | null {
  let node: unknown = document.contents;
  for (const part of path) {
    if (isMap(node))
      node = node.items.find((item) => isScalar(item.key) && String(item.key.value) === part)?.value;
    else if (isSeq(node) && typeof part === 'number') node = node.items[part];
    else return null;
    if (isAlias(node)) node = node.resolve(document);
  }
  return isNode(node) ? node : null;
}

/** The path of the key that stands at an offset. */
function pathAt(document: Document.Parsed, offset: number): Path {
  let found: Path = [];
  visit(document, {
    Pair: (_, pair, ancestors) => {
      if (!isNode(pair.key) || pair.key.range?.[0] !== offset) return undefined;
      const chain = [...ancestors, pair];
      found = chain.flatMap((item, index): Path => {
        if (isPair(item)) return isScalar(item.key) ? [String(item.key.value)] : [];
        const next = chain[index + 1];
        return isSeq(item) && next !== undefined ? [item.items.indexOf(next)] : [];
      });
      return visit.BREAK;
    },
  });
  return found;
}
