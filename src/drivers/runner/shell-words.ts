/** A word that any shell reads back as it was written. */
export function quoteWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A path as a shell word; `~/` stands for the login's home. */
export function quotePath(path: string): string {
  return path.startsWith('~/') ? `"$HOME"/${quoteWord(path.slice(2))}` : quoteWord(path);
}

/** A line for the target's login shell, whichever it is: our own sh with everything else as one quoted word. */
export function shLine(script: string): string {
  return `/bin/sh -c ${quoteWord(script)}`;
}

/** Lines that set variables for what follows; values never stand in an argument list. */
export function exportLines(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoteWord(value)}\n`)
    .join('');
}
