import type { Numbers } from '../progress/numbers.ts';

/** How far a deployment is: `4 of 6 servers · in service: 2 of 2 clusters · held: north · 1 excluded`. */
export function sayNumbers({ done, total, members, inService, held, excluded, level }: Numbers): string {
  const heldWords = held.length === 0 ? '' : ` · held: ${held.join(', ')}`;
  const leftOut = excluded.length === 0 ? '' : ` · ${excluded.length} excluded`;
  return `${done} of ${total} servers · in service: ${inService} of ${members} ${level}s${heldWords}${leftOut}`;
}
