import { formsOf } from './secret-forms.ts';

/** Replaces secrets in a stream of text, also where one stands across two chunks. */
export interface Redactor {
  push(chunk: string): string;
  /** What was held back at the end. */
  flush(): string;
}

const hidden = '•••';

interface Span {
  from: number;
  to: number;
}

/**
 * Hides every secret of at least six characters: plain, in base64, hex, URL, JSON and shell quoting, and a key also
 * line by line. Holds back less than the longest of these. Expects text without terminal sequences.
 */
export function createRedactor(secrets: string[]): Redactor {
  const forms = formsOf(secrets);
  if (forms.length === 0) return { push: (chunk) => chunk, flush: () => '' };
  const byBeginning = groupByBeginning(forms);
  const longest = Math.max(...forms.map(({ length }) => length));
  let held = '';
  // How much of what is held belongs to a secret whose beginning was hidden already.
  let covered = 0;
  const take = (text: string, end: number): string => {
    const spans = findSpans(text, forms, covered);
    const said = hide(text.slice(0, end), spans, covered > 0);
    const across = spans.find(({ from, to }) => from < end && to > end);
    covered = across ? across.to - end : 0;
    held = text.slice(end);
    return said;
  };
  return {
    push: (chunk) => {
      const text = held + chunk;
      return take(text, text.length - beginningLength(text.slice(-longest), byBeginning));
    },
    flush: () => take(held, held.length),
  };
}

/** Where anything of a secret stands, joined where two overlap. */
function findSpans(text: string, forms: string[], covered: number): Span[] {
  const found: Span[] = covered > 0 ? [{ from: 0, to: covered }] : [];
  for (const form of forms)
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1))
      found.push({ from: at, to: at + form.length });
  const joined: Span[] = [];
  for (const span of found.toSorted((left, right) => left.from - right.from)) {
    const last = joined.at(-1);
    if (last && span.from < last.to) last.to = Math.max(last.to, span.to);
    else joined.push({ ...span });
  }
  return joined;
}

function hide(text: string, spans: Span[], isFirstSaid: boolean): string {
  let said = '';
  let at = 0;
  for (const { from, to } of spans.filter((span) => span.from < text.length)) {
    said += text.slice(at, from) + (from === 0 && isFirstSaid ? '' : hidden);
    at = to;
  }
  return said + text.slice(at);
}

function groupByBeginning(forms: string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const form of forms) {
    const beginning = form.slice(0, 1);
    groups.set(beginning, [...(groups.get(beginning) ?? []), form]);
  }
  return groups;
}

/** How many of the last characters may be the beginning of a secret. */
function beginningLength(end: string, byBeginning: Map<string, string[]>): number {
  for (let from = 0; from < end.length; from += 1) {
    const rest = end.slice(from);
    const forms = byBeginning.get(rest.slice(0, 1)) ?? [];
    if (forms.some((form) => form.length > rest.length && form.startsWith(rest))) return rest.length;
  }
  return 0;
}
