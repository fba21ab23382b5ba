import type { Value } from '../configured/connection.ts';
import type { Cluster, Environment, Server } from '../configured/environment.ts';
import type { Step } from '../configured/runbook.ts';
import type { Revision } from '../revision.ts';

/** What a step's placeholders stand for; secrets are still references here. */
export interface PlaceholderFacts {
  environment: Environment;
  cluster: Cluster;
  server: Server;
  revision: Revision;
  step: Step;
  deployment: number;
  /** The day the deployment began, in the environment's zone: `2026_11_20`. */
  date: string;
  /** Where the server's backup lies; null where none is known. */
  backupPath: string | null;
}

/** Every placeholder with its value; the server's properties win over the cluster's, those over the environment's. */
export function placeholderValues(facts: PlaceholderFacts): Record<string, Value> {
  const { environment, cluster, server, revision, step } = facts;
  return {
    ...environment.properties,
    ...cluster.properties,
    ...server.properties,
    revision: revision.name,
    version: revision.version,
    server: server.name,
    cluster: cluster.name,
    environment: environment.name,
    deployment: String(facts.deployment),
    date: facts.date,
    component: step.component ?? '',
    backupPath: facts.backupPath ?? '',
  };
}

/** Puts values in the place of `{name}`; an unknown name stays as it is (loading has refused it already). */
export function fillPlaceholders(line: string, values: Record<string, string>): string {
  return line.replaceAll(/\{([A-Za-z][A-Za-z0-9._-]*)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** The same values as environment variables: `version` is `LAMPLIGHTER_VERSION`. */
export function asVariables(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      `LAMPLIGHTER_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`,
      value,
    ]),
  );
}
