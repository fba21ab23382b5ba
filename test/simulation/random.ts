/** Numbers that follow from a seed alone. */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  chance(probability: number): boolean;
  pick<const T>(among: readonly [T, ...T[]]): T;
}

/** A stream of its own for each seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    below: (below) => Math.floor(next() * below),
    chance: (probability) => next() < probability,
    pick: (among) => among[Math.floor(next() * among.length)] ?? among[0],
  };
}

/** A seed out of a seed and a name, so that streams stay the same when others are asked more or less often. */
export function seedOf(seed: number, name: string): number {
  let hash = 2_166_136_261 ^ seed;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 16_777_619);
  return hash | 0;
}
