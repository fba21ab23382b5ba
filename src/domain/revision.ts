/** What a revision asks of one payload of an environment; for `system: command` the runbook to run. */
export interface RevisionPart {
  runbook: string | null;
}

/** An immutable, versioned unit of change as the catalogue holds it. */
export interface Revision {
  name: string;
  version: string;
  operation: 'create' | 'drop';
  author: string | null;
  description: string;
  /** By payload part name, in the order of `revision.yaml`. */
  parts: Record<string, RevisionPart>;
  /** SHA-256 over names and contents of its files. */
  digest: string;
  /** The directory whose files are pushed to servers; absolute. */
  directory: string;
}

/** `name@version`, the way people write a revision or a package. */
export function revisionName(revision: { name: string; version: string }): string {
  return `${revision.name}@${revision.version}`;
}

/** What names and versions may hold, so that no shell can misread them. */
export const safeWord = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
