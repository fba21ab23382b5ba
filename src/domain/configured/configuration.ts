import type { Environment } from './environment.ts';

/** A role's people: single Slack users and user groups, perhaps only for some kinds of environment. */
export interface Role {
  users: string[];
  usergroups: string[];
  environmentKinds: string[] | null;
}

/** Where a catalogue name is found; `git` loads and is refused when requested. */
export type CatalogSource =
  | { type: 'directory'; path: string }
  | { type: 'git'; repository: string; path: string; tag: string };

/** A versioned, ordered group of pinned revisions. */
export interface Package {
  name: string;
  version: string;
  revisions: string[];
}

/** The whole configuration file, with every default applied. */
export interface Configuration {
  timezone: string;
  roles: Record<string, Role>;
  catalog: { revisions: { name: string; source: CatalogSource }[]; packages: Package[] };
  environments: Environment[];
  limits: { requestsPerHour: number; outputMiB: number };
  adminChannel: string | null;
  /** Configured outside environments and not executed by this version (`housekeeping.archive`, …). */
  notExecuted: string[];
}
