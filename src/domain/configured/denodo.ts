import type { SecretReference, TlsRule } from './connection.ts';

/** The part of a revision for one server role. */
export interface Payload {
  part: string;
  role: string;
  placement: 'every-server' | 'first-in-cluster';
  /** Which tasks of a scheduler run after they were made (D-05). */
  run: 'always' | 'marked' | 'never';
}

/** How a Data Catalog is brought in line with what was deployed (D-06). */
export interface Sync {
  name: string;
  role: string;
  /** The clusters after which it is done; null: after each that has such a server. */
  clusters: string[] | null;
  elements: 'all' | 'databases' | 'views' | 'webservices';
  priority: 'server_with_local_changes' | 'local' | 'server';
  onFailure: 'warn' | 'stop';
}

/** The two caches of a cluster, of which one is in use (D-46). */
export interface SharedCache {
  primaryUrl: string;
  secondaryUrl: string;
}

/** A Solution Manager that deploys in our place. */
export interface Manager {
  baseUrl: string;
  environmentId: number;
  user: string;
  password: SecretReference;
  tls: TlsRule;
}
