import type { Inline, Part } from './markup-tree.ts';
import { parseReference, unescapeEntities } from './parse-reference.ts';

/** mrkdwn as a tree; nothing in it is HTML, and what is not well formed stays the text it is. */
export function parseMarkup(text: string): Part[] {
  const pieces = text.split(/```\n?([\s\S]+?)\n?```/);
  return pieces.flatMap((piece, index): Part[] => {
    if (index % 2 === 1)
      return [
        { is: 'preformatted', inside: [{ is: 'text', text: unescapeEntities(plainReferences(piece)) }] },
      ];
    // A line end beside a fence belongs to the fence.
    const inner = piece
      .replace(index > 0 ? /^\n/ : /^$/, '')
      .replace(index < pieces.length - 1 ? /\n$/ : /^$/, '');
    return inner === '' ? [] : linesAndQuotes(inner);
  });
}

/** One line of mrkdwn, or several, without quotations and fences. */
export function parseInline(text: string): Inline[] {
  const found: Inline[] = [];
  let plain = '';
  let at = 0;
  const flush = (): void => {
    if (plain !== '') found.push({ is: 'text', text: unescapeEntities(plain) });
    plain = '';
  };
  while (at < text.length) {
    const span = spanAt(text, at);
    if (span) {
      flush();
      found.push(span.inline);
      at += span.length;
    } else {
      plain += text.charAt(at);
      at += 1;
    }
  }
  flush();
  return found;
}

const quoteMark = /^(?:&gt;|>) ?/;

function linesAndQuotes(text: string): Part[] {
  const parts: { is: 'lines' | 'quote'; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const is = quoteMark.test(line) ? 'quote' : 'lines';
    const last = parts.at(-1);
    const content = is === 'quote' ? line.replace(quoteMark, '') : line;
    if (last?.is === is) last.lines.push(content);
    else parts.push({ is, lines: [content] });
  }
  return parts.map(({ is, lines }) => ({ is, inside: parseInline(lines.join('\n')) }));
}

interface Span {
  inline: Inline;
  length: number;
}

const styles = { '*': 'bold', _: 'italic', '~': 'strike' } as const;

function spanAt(text: string, at: number): Span | null {
  const rest = text.slice(at);
  const mark = rest.charAt(0);
  if (mark === '`') return codeAt(rest);
  if (mark === '<') return referenceAt(rest);
  // After a letter or a digit these begin nothing: `2*3*4`, `snake_case`, `10:30:15`.
  if (/[\p{L}\p{N}]/u.test(text.charAt(at - 1))) return null;
  if (mark === ':') return emojiAt(rest);
  if (mark === '*' || mark === '_' || mark === '~') return styledAt(rest, mark);
  return null;
}

function codeAt(rest: string): Span | null {
  const match = /^`([^`\n]+)`/.exec(rest);
  if (!match) return null;
  const text = unescapeEntities(plainReferences(match[1] ?? ''));
  return { inline: { is: 'code', text }, length: match[0].length };
}

function referenceAt(rest: string): Span | null {
  const match = /^<([^<>\n]+)>/.exec(rest);
  return match ? { inline: parseReference(match[1] ?? ''), length: match[0].length } : null;
}

function emojiAt(rest: string): Span | null {
  const match = /^:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/.exec(rest);
  return match ? { inline: { is: 'emoji', name: match[1] ?? '' }, length: match[0].length } : null;
}

/** Between two marks of one line that touch no space inside, and no letter outside. */
function styledAt(rest: string, mark: keyof typeof styles): Span | null {
  if (/^.(?:\s|$)/s.test(rest)) return null;
  for (let end = 2; end < rest.length && rest.charAt(end) !== '\n'; end += 1) {
    if (rest.charAt(end) !== mark || /\s/.test(rest.charAt(end - 1))) continue;
    if (/[\p{L}\p{N}]/u.test(rest.charAt(end + 1))) continue;
    return { inline: { is: styles[mark], inside: parseInline(rest.slice(1, end)) }, length: end + 1 };
  }
  return null;
}

/** Inside code, references are shown as the words they stand for. */
function plainReferences(text: string): string {
  return text.replaceAll(/<([^<>\n]+)>/g, (_whole, inner: string) => {
    const bar = inner.indexOf('|');
    return bar === -1 ? inner : inner.slice(bar + 1);
  });
}
