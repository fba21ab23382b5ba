import { namesBackupPath } from '../../domain/attempt/backup-path.ts';
import { localTime } from '../../domain/calendar/calendar.ts';
import type { Value } from '../../domain/configured/connection.ts';
import type { Step } from '../../domain/configured/runbook.ts';
import { asVariables, fillPlaceholders, placeholderValues } from '../../domain/plan/placeholders.ts';
import { findServer, type Plan, stepOf } from '../../domain/plan/plan.ts';
import type { Revision } from '../../domain/revision.ts';
import type { Work } from '../../drivers/command.ts';
import type { Order } from '../../drivers/perform.ts';
import type { TaskContext } from '../system.ts';

/** A step ready to be sent: its words filled in, its secrets known for redaction. */
export interface StepOrder extends Order {
  stepId: string;
  revision: Revision;
  work: Extract<Work, { kind: 'line' }>;
  unless: string | null;
}

/** What an order is made with besides the plan. */
interface StepNeeds extends ReadSecret {
  maxOutputBytes: () => number;
}

/** Placeholders with their values. */
export interface ResolvedValues {
  values: Record<string, string>;
  secrets: string[];
}

type ReadSecret = { readSecret: (reference: Exclude<Value, string>) => string };

/** The words of a step, filled in; which of them are secret is known for redaction. */
export interface FilledStep {
  revision: Revision;
  step: Step;
  line: string;
  unless: string | null;
  variables: Record<string, string>;
  secrets: string[];
}

/** Fills in a STEP task. Throws one sentence when a secret cannot be read, or no backup is known that it asks for. */
export function fillStep(
  needs: ReadSecret,
  {
    plan,
    task,
    deployment,
    startedAt,
    backupPath,
  }: Pick<TaskContext, 'plan' | 'task' | 'deployment' | 'startedAt' | 'backupPath'>,
): FilledStep {
  const { revision, step } = stepOf(plan, task);
  const { cluster, server } = placeOf(plan, task.server ?? '');
  const facts = {
    environment: plan.environment,
    cluster,
    server,
    revision,
    step,
    deployment,
    date: localTime(startedAt, plan.environment.timezone).slice(0, 10).replaceAll('-', '_'),
    backupPath,
  };
  if (backupPath === null && namesBackupPath(step.run))
    throw new Error(
      `step ${step.id} asks for {backupPath}, and no backup step of ${server.name} has printed one`,
    );
  const { values, secrets } = resolve(needs, placeholderValues(facts));
  return {
    revision,
    step,
    secrets,
    line: fillPlaceholders(step.run, values),
    unless: step.unless === null ? null : fillPlaceholders(step.unless, values),
    variables: asVariables(values),
  };
}

/** Builds the order for a STEP task. Throws one sentence when a secret cannot be read. */
export function prepareStep(needs: StepNeeds, context: TaskContext): StepOrder {
  const { task } = context;
  const { revision, step, line, unless, variables, secrets } = fillStep(needs, context);
  return {
    stepId: step.id,
    revision,
    marker: {
      installation: context.fence.installation,
      deployment: context.deployment,
      attempt: context.attempt,
      task: `${task.id}-${step.id}`,
      run: context.run,
    },
    fence: context.fence,
    timeoutMs: step.timeoutSeconds * 1_000,
    secrets,
    maxOutputBytes: needs.maxOutputBytes(),
    work: { kind: 'line', line, variables, directory: null },
    unless,
  };
}

/** The placeholders of a server outside any step, for the read-back line, and which of their values are secret. */
export function resolveValues(needs: ReadSecret, plan: Plan, name: string): ResolvedValues {
  const { cluster, server } = placeOf(plan, name);
  const properties = { ...plan.environment.properties, ...cluster.properties, ...server.properties };
  const fixed = { server: server.name, cluster: cluster.name, environment: plan.environment.name };
  return resolve(needs, { ...properties, ...fixed });
}

function placeOf(plan: Plan, name: string): NonNullable<ReturnType<typeof findServer>> {
  const found = findServer(plan.environment, name);
  if (!found) throw new Error(`the plan names server ${name}, which its environment does not hold`);
  return found;
}

function resolve(needs: ReadSecret, given: Record<string, Value>): ResolvedValues {
  const secrets: string[] = [];
  const values = Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (typeof value === 'string') return [name, value];
      const secret = needs.readSecret(value);
      secrets.push(secret);
      return [name, secret];
    }),
  );
  return { values, secrets };
}
