/** The known word that somebody probably meant; null when none is near. */
export function nearest(word: string, known: string[]): string | null {
  const limit = Math.max(2, Math.ceil(word.length / 3));
  const ranked = known
    .map((candidate) => ({
      candidate,
      distance: distanceBetween(word.toLowerCase(), candidate.toLowerCase()),
    }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((left, right) => left.distance - right.distance);
  return ranked[0]?.candidate ?? null;
}

/** A word that was only begun, or goes on too long, is as near as one wrong letter. */
function distanceBetween(word: string, candidate: string): number {
  const begun = word.length >= 3 && candidate.startsWith(word);
  return begun || word.startsWith(candidate) ? 1 : editDistance(word, candidate);
}

/** Levenshtein distance by rows. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...left].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...right].entries()) {
      const substitution = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(substitution, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
