/**
 * Why a link may not be part of a revision, as the end of a sentence that begins with it; null where it may.
 * `place` is where it stands in the revision, with `/`. What is allowed stays inside wherever the revision lies:
 * it goes up only at its beginning, where every directory is a real one, and never above the revision.
 */
export function refuseLink(place: string, target: string): string | null {
  if (target.startsWith('/')) return 'leaves its revision: it leads to an absolute path';
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const down = parts.findIndex((part) => part !== '..');
  const up = down < 0 ? parts.length : down;
  if (up > place.split('/').length - 1) return 'leaves its revision';
  return parts.slice(up).includes('..') ? 'goes down and up again: write the shorter way' : null;
}
