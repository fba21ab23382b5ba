import type { z } from 'zod';

import type { ScriptArgument } from '../domain/configured/balancer-scripts.ts';
import type { SecretReference } from '../domain/configured/connection.ts';

/** What is left of a file when everything faulty is taken out: anything may be missing, the rest is as it should be. */
export type Salvaged<T> = T extends SecretReference | ScriptArgument
  ? T
  : T extends (infer Item)[]
    ? (Salvaged<Item> | undefined)[]
    : T extends object
      ? { [Key in keyof T]?: Salvaged<T[Key]> | undefined }
      : T;

/** Takes everything the schema complained about out of the data, so that the rest can still be checked. */
export function salvage<T>(data: unknown, issues: readonly z.core.$ZodIssue[]): Salvaged<T> {
  const root = { data: structuredClone(data) };
  for (const issue of issues) {
    const path = ['data', ...issue.path];
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) remove(root, [...path, key]);
    else remove(root, path);
  }
  return (root.data ?? {}) as Salvaged<T>;
}

function remove(root: object, path: PropertyKey[]): void {
  const last = path.at(-1);
  let parent: unknown = root;
  for (const part of path.slice(0, -1)) parent = isObject(parent) ? parent[part] : undefined;
  if (last === undefined || !isObject(parent)) return;
  // List positions stay, so that paths keep naming the same things.
  if (Array.isArray(parent)) parent[Number(last)] = undefined;
  else delete parent[last];
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
