import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

import type { SecretReference, Value } from '../../domain/configured/connection.ts';

/** Paths and secrets of the file, seen from the directory it lies in. */
export interface Base {
  directory: string;
}

/** A path of the file, absolute. `~` is the home of whoever runs Lamplighter. */
export function absolutePath({ directory }: Base, path: string): string {
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1));
  return isAbsolute(path) ? path : resolve(directory, path);
}

/** A secret's reference; its file, if it is one, absolute. */
export function secretReference(base: Base, reference: SecretReference): SecretReference {
  return 'file' in reference ? { file: absolutePath(base, reference.file) } : reference;
}

/** Values by name, with the files of secrets absolute. */
export function valuesOf(
  base: Base,
  values: Record<string, Value | undefined> | undefined,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(values ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, valueOf(base, value)]],
    ),
  );
}

/** One value, with the file of a secret absolute. */
export function valueOf(base: Base, value: Value): Value {
  return typeof value === 'string' ? value : secretReference(base, value);
}
