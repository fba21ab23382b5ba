import type { SecretReference } from '../../domain/configured/connection.ts';
import type { Cluster, Server } from '../../domain/configured/environment.ts';
import { findServer, type Plan } from '../../domain/plan/plan.ts';
import type { Revision } from '../../domain/revision.ts';
import { stripTerminal } from '../../drivers/plain-output.ts';
import {
  LoginRefused,
  type PostgresDriver,
  type PostgresSession,
} from '../../drivers/postgres/postgres-driver.ts';
import { createRedactor } from '../../drivers/redact.ts';

/** What everything that is done on a Virtual DataPort server is built with. */
export interface VdpNeeds {
  postgres: PostgresDriver;
  readSecret: (reference: SecretReference) => string;
  /** Null when the revision's files are still those that were signed; else a sentence. */
  findRevisionChange: (revision: Revision) => Promise<string | null>;
  /** Where backups are kept; absolute. */
  dataDirectory: string;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** A server of the plan with its cluster. Throws where the environment does not hold it. */
export function serverOf({ environment }: Plan, name: string): { cluster: Cluster; server: Server } {
  const found = findServer(environment, name);
  if (!found) throw new Error(`the plan names server ${name}, which its environment does not hold`);
  return found;
}

const connectAttempts = 3;
const betweenAttemptsMs = 2_000;

/** Connects to a server, more than once where it does not answer. Rejects with `Unreachable`. */
export async function openVdp(
  needs: VdpNeeds,
  plan: Plan,
  name: string,
  signal: AbortSignal,
): Promise<PostgresSession> {
  const { server } = serverOf(plan, name);
  for (let attempt = 1; ; attempt += 1)
    try {
      return await needs.postgres.connect(name, server.connection, signal);
    } catch (error) {
      const isFinal = error instanceof LoginRefused || attempt === connectAttempts;
      if (isFinal || signal.aborted) throw error;
      await needs.sleep(betweenAttemptsMs, signal);
    }
}

/** Does something over a connection that is closed afterwards, and at once where the signal says so. */
export async function withSession<Result>(
  session: PostgresSession,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  const close = (): void => session.close();
  if (signal.aborted) close();
  signal.addEventListener('abort', close, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', close);
    session.close();
  }
}

/** The password of a server's connection, to be hidden; none where it has none. */
export function passwordsOf(needs: VdpNeeds, { connection }: Server): string[] {
  const password = connection.driver === 'postgres' ? connection.password : null;
  return password === null ? [] : [needs.readSecret(password)];
}

/** What a server said, without secrets: also as they stand in a literal, and in one that was quoted once more. */
export function withoutSecrets(text: string, secrets: string[]): string {
  const forms = secrets.flatMap((secret) => [
    secret,
    secret.replaceAll("'", "''"),
    secret.replaceAll("'", "''''"),
  ]);
  const redactor = createRedactor(forms);
  return redactor.push(stripTerminal(text)) + redactor.flush();
}
