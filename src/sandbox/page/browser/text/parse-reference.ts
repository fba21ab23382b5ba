import type { Inline } from './markup-tree.ts';

/** What stands between `<` and `>` in mrkdwn: a mention, a date, or a link. */
export function parseReference(inner: string): Inline {
  const bar = inner.indexOf('|');
  const target = bar === -1 ? inner : inner.slice(0, bar);
  const label = bar === -1 ? '' : unescapeEntities(inner.slice(bar + 1));
  if (target.startsWith('!date^')) return dateReference(target, label);
  if (target.startsWith('@')) return { is: 'mention', sign: '@', id: target.slice(1), label };
  if (target.startsWith('#')) return { is: 'mention', sign: '#', id: target.slice(1), label };
  if (target.startsWith('!subteam^')) return { is: 'mention', sign: '@', id: target.slice(9), label };
  if (target.startsWith('!')) return { is: 'mention', sign: '@', id: '', label: label || target.slice(1) };
  const url = unescapeEntities(target);
  // Only what a browser opens as a page becomes a link; `javascript:` and its like stay words.
  if (!/^(https?:|mailto:)/i.test(url)) return { is: 'text', text: label || url };
  return { is: 'link', url, text: label || url };
}

function dateReference(target: string, fallback: string): Inline {
  const [, seconds = '', pattern = '', url = null] = target.split('^');
  const at = seconds === '' ? Number.NaN : Number(seconds);
  if (!Number.isFinite(at)) return { is: 'text', text: fallback };
  return { is: 'date', seconds: at, pattern, url, fallback };
}

/** `&lt;`, `&gt;` and `&amp;` as the characters they stand for. */
export function unescapeEntities(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
