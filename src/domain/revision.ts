/** What a revision asks of one payload of an environment: a runbook to run, a script, or tasks of a scheduler. */
export interface RevisionPart {
  runbook: string | null;
  vql: VqlPart | null;
  tasks: SchedulerTask[];
}

/** A VQL script, and what was read in it when the revision was found. */
export interface VqlPart {
  /** Relative to the revision's directory. */
  file: string;
  /** How many statements it holds. */
  statements: number;
  /** Names of the properties it needs, in the order in which they appear. */
  properties: string[];
  /** Cache data sources that it creates, as `database.name` (D-60). */
  cacheDataSources: string[];
  /** Every statement of it may be executed again after it was executed, or half executed. */
  isRepeatable: boolean;
  /** It begins with the words that say that it needs properties. */
  isParameterised: boolean;
}

/** A task of a scheduler that a revision makes or removes (D-04). */
export interface SchedulerTask {
  project: string;
  name: string;
  /** `VDPCache`, `VDPDataLoad`, …; null where it is not said. */
  type: string | null;
  /** Its definition, relative to the revision's directory; null for a task that is removed. */
  file: string | null;
  /** Names of the properties its definition needs. */
  properties: string[];
  /** It is marked for execution (D-05). */
  isMarked: boolean;
}

/** The type of a task that loads a cache (D-48). */
export const cacheLoad = 'VDPCache';

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
