import { basename } from 'node:path';

import { type Document, isScalar, LineCounter, parseDocument, type YAMLError } from 'yaml';
import type { z } from 'zod';

import { type Fault, type Path, sayPath } from './fault.ts';
import { explainIssues } from './issues.ts';
import { type Salvaged, salvage } from './salvage.ts';
import { readUtf8 } from './utf8.ts';
import { keysWrittenTwice, yamlPlaces } from './yaml-places.ts';

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

/** Reads YAML 1.2 strictly: text in UTF-8, one document, no key twice. Never throws. */
export function parseStrictYaml(written: string | Uint8Array, file: string): StrictYaml {
  const read = typeof written === 'string' ? { ok: true as const, text: written } : readUtf8(written, file);
  return read.ok ? parseText(read.text, file) : nothingRead(read.fault);
}

function nothingRead(fault: string): StrictYaml {
  return { data: undefined, faults: [fault], sourceAt: () => null, say: () => [] };
}

function parseText(text: string, file: string): StrictYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    stringKeys: true,
    uniqueKeys: false,
  });
  const places = yamlPlaces(document);
  const name = basename(file);
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const faults = [
    ...olderDirective(document),
    // What the library only warns of would be read as something else than what is written.
    ...[...document.errors, ...document.warnings].map((problem) => ({
      offset: problem.pos[0],
      message: sayProblem(problem),
    })),
    ...keysWrittenTwice(document).map(({ offset, path }) => ({
      offset,
      message: `${sayPath(path)}: this key is written twice; keep one`,
    })),
  ].map(({ offset, message }) => `${place(offset)} ${message}`);
  const values = document.errors.length > 0 ? { data: undefined, fault: null } : valuesOf(document);
  return {
    data: values.data,
    faults: values.fault === null ? faults : [...faults, `${name}:1:1 ${values.fault}`],
    sourceAt: (path) => {
      const node = places.nodeAt(path);
      return isScalar(node) && typeof node.source === 'string' ? node.source : null;
    },
    say: (found) =>
      found
        .map(({ path, message }) => ({ offset: places.offsetOf(path), path, message }))
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

function sayProblem({ code, message }: YAMLError): string {
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
