/** What is known of a server or cluster outside any deployment. */
export interface MemberService {
  environment: string;
  member: string;
  inService: 'yes' | 'no' | 'held';
  reason: string;
  deployment: number;
  since: number;
}

/** What a server said of itself when a deployment was last done with it. */
export interface ServerRecord {
  server: string;
  /** Null while it is deployed to, and where it said nothing: then nobody can say what runs there. */
  readBack: string | null;
  deployment: number;
  /** Epoch milliseconds. */
  at: number;
}

/** What is known outside any deployment. */
export interface FactStore {
  /** Random, made with the database: keeps the marks of two installations apart on the same servers. */
  installation(): Promise<string>;
  /** Members that are not in service, or were put back by a person or a deployment. */
  members(environment: string): Promise<MemberService[]>;
  /** What each server of an environment last said of itself, where any deployment was there. */
  records(environment: string): Promise<ServerRecord[]>;
  /** Where the backup of the latest deployment that succeeded there lies; null where none was made. */
  lastBackup(environment: string): Promise<string | null>;
  /** The digest of a revision's content when it was first seen here; remembers this one if none was. */
  pinRevision(name: string, digest: string, at: number): Promise<string>;
  /** Rejects unless a row can be written now. */
  checkWritable(at: number): Promise<void>;
}
