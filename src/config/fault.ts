/** Where something stands inside the file: keys and list positions from the top. */
export type Path = readonly (string | number)[];

/** One thing that is wrong in the file, and where; a warning does not keep the file from being used. */
export interface Fault {
  path: Path;
  message: string;
  isWarning: boolean;
  /** The keys whose absence this tells; not told where one of them is there and was already found faulty. */
  lacks?: string[];
  /** Where the thing stands that is missed, as a path in words; not told where that is faulty itself. */
  needs?: string;
}

/** A fault at a path. */
export function fault(path: Path, message: string): Fault {
  return { path, message, isWarning: false };
}

/** A warning at a path. */
export function warning(path: Path, message: string): Fault {
  return { path, message, isWarning: true };
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
