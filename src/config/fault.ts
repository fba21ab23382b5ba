/** Where something stands inside the file: keys and list positions from the top. */
export type Path = readonly (string | number)[];

/** One thing that is wrong in the file, and where. */
export interface Fault {
  path: Path;
  message: string;
}

/** A fault at a path. */
export function fault(path: Path, message: string): Fault {
  return { path, message };
}

/** `environments.shop.clusters[0].name`: how a path is written for people; empty for the whole file. */
export function sayPath(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

/** `"simple", "online"` for a sentence. */
export function sayList(words: readonly unknown[]): string {
  return words.map((word) => JSON.stringify(word)).join(', ');
}
