import type { Numbers } from '../progress/numbers.ts';

/** How far a deployment is: `4 of 6 servers · in service: 2 of 2 clusters · held: north`. */
export function sayNumbers({ done, total, members, inService, held, level }: Numbers): string {
  const heldWords = held.length === 0 ? '' : ` · held: ${held.join(', ')}`;
  return `${done} of ${total} servers · in service: ${inService} of ${members} ${level}s${heldWords}`;
}
