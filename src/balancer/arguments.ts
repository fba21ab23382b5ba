import type { Script } from '../domain/configured/balancer-scripts.ts';
import type { Value } from '../domain/configured/connection.ts';
import { findServer, type Plan, type PlannedTask } from '../domain/plan/plan.ts';

/** What a script is called with, and which of its words are secret. */
export interface ScriptCall {
  words: string[];
  secrets: string[];
}

/** The ordered words of a script call: its path, then each argument's value (D-50). Throws one sentence for a missing one. */
export function scriptCall(
  plan: Pick<Plan, 'environment'>,
  script: Script,
  subject: { cluster: string; server: string | null },
  readSecret: (reference: Exclude<Value, string>) => string,
): ScriptCall {
  const variables = variablesOf(plan, subject);
  const secrets: string[] = [];
  const read = (value: Value): string => {
    if (typeof value === 'string') return value;
    const secret = readSecret(value);
    secrets.push(secret);
    return secret;
  };
  const args = script.args.map((argument) => {
    if ('literal' in argument) return read(argument.literal);
    const value = variables[argument.variable];
    if (value === undefined)
      throw new Error(`${argument.variable} has no value for ${subject.server ?? subject.cluster}`);
    return read(value);
  });
  return { words: [script.run, ...args], secrets };
}

/** Server scripts may use server and cluster variables, cluster scripts only the cluster's (D-57). */
function variablesOf(
  plan: Pick<Plan, 'environment'>,
  subject: { cluster: string; server: string | null },
): Record<string, Value> {
  const cluster = plan.environment.clusters.find((candidate) => candidate.name === subject.cluster);
  if (subject.server === null) return { name: subject.cluster, ...cluster?.variables };
  return { ...cluster?.variables, ...findServer(plan.environment, subject.server)?.server.variables };
}

/** The script that a SCRIPT task runs; throws where none is configured (loading refuses that). */
export function scriptOf(plan: Plan, task: PlannedTask): Script {
  const { scripts } = plan.environment;
  const byAction =
    task.type === 'SCRIPT_CLUSTER'
      ? { disable: scripts.disableCluster, enable: scripts.enableCluster }
      : { disable: scripts.disableServer, enable: scripts.enableServer };
  const script = task.action === 'disable' || task.action === 'enable' ? byAction[task.action] : null;
  if (!script) throw new Error(`no script is configured for ${task.type} ${task.action ?? ''}`);
  return script;
}
