/** A value that is read when it is needed and never stored: only its name stands in plans, hashes and rows. */
export type SecretReference = { env: string } | { file: string };

/** A configured value: written in the file, or a secret read at the moment of use. */
export type Value = string | SecretReference;

/** How the executor reaches one server, with templates expanded and relative paths made absolute. */
export type Connection =
  | { driver: 'local'; workDirectory: string }
  | {
      driver: 'ssh';
      host: string;
      port: number;
      user: string;
      privateKey: SecretReference;
      /** The pinned public key (`ssh-ed25519 AAAA…`) or a known_hosts file; there is no accept-new. */
      pin: { hostKey: string } | { knownHosts: string };
      shell: 'sh' | 'powershell';
      workDirectory: string;
      keepRevisions: number;
    }
  | {
      driver: 'postgres';
      host: string;
      port: number;
      database: string;
      user: string;
      password: SecretReference | null;
      tls: TlsRule;
    }
  | {
      driver: 'http';
      /** Without a slash at its end. */
      baseUrl: string;
      user: string | null;
      password: SecretReference | null;
      tls: TlsRule;
      /** The system's own settings, such as the address of the Scheduler behind its web container. */
      options: Record<string, string | number | boolean>;
    };

/** How a client trusts its server; nothing is encrypted without a check of the certificate. */
export interface TlsRule {
  verify: boolean;
  /** File of the authority that is trusted instead of the usual ones; absolute. */
  ca: string | null;
}
