import type { Configuration, Package } from '../domain/configured/configuration.ts';
import type { EnvironmentLock } from '../domain/deployment/lock.ts';
import type { Revision } from '../domain/revision.ts';
import type { Person } from '../domain/roles.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Store } from '../store/store.ts';

/** What planning looks things up in. Nothing of it changes anything. */
export interface PlanningNeeds {
  /** Null where there is no memory to look into: then nothing is known of what runs or was saved. */
  store: Store | null;
  /** The configuration as it stands now: a reload is seen by the next call. */
  configuration: () => Configuration;
  findRevision: (name: string, version: string) => Promise<Verdict<Revision>>;
  findPackage: (name: string, version: string) => Package | null;
  /** SHA-256 of a file, or null when it cannot be read. */
  digestFile: (path: string) => Promise<string | null>;
  /** The digest a revision had when it was first seen; remembers this one if none was. */
  pinRevision: (name: string, digest: string) => Promise<string>;
  /** Members of an environment that are held out of service now. */
  heldMembers: (environment: string) => Promise<string[]>;
  /** The lock of an environment; null where it is open, and where nobody looks. */
  lockOf: (environment: string) => Promise<EnvironmentLock | null>;
  now: () => number;
}

/** What every use-case is built with. */
export interface AppNeeds extends PlanningNeeds {
  store: Store;
  /** The person as Slack knows them now; an unknown one has no standing. */
  findPerson: (id: string) => Promise<Person>;
  /** Everybody who holds a role, by themselves or by their group; absent where nobody can say. */
  peopleOfRole?: (role: string) => Promise<string[]>;
}

/** Something that can be chosen for deployment. */
export interface CatalogEntry {
  /** `name@version`. */
  name: string;
  description: string;
  /** Who made it and which parts it has; absent for packages, and for what cannot be read. */
  about?: Pick<Revision, 'author'> & { parts: string[] };
  /** What a package holds, as `name@version`. */
  revisions?: string[];
}
