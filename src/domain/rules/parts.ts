import type { Environment } from '../configured/environment.ts';
import type { Plan } from '../plan/plan.ts';
import { type Revision, type RevisionPart, revisionName } from '../revision.ts';
import type { Refusal } from '../verdict.ts';
import type { PreconditionFacts, Rule } from './rule.ts';

/** Whether this version does all that the environment and its runbooks ask for. */
export const executedRule: Rule = {
  rule: 'not-executed',
  holds: 'This version executes everything the plan asks for.',
  check: checkExecuted,
};

/** Whether every revision has something to do in the environment. */
export const partsRule: Rule = {
  rule: 'parts',
  holds: 'Every revision has something to do here.',
  check: checkParts,
};

function checkExecuted({ plan }: PreconditionFacts): Refusal | null {
  const names = notExecuted(plan);
  if (names.length === 0) return null;
  return {
    rule: 'not-executed',
    message: `\`${plan.environment.name}\` asks for what this version of Lamplighter does not execute: ${names.join(', ')}.`,
    liftedBy: 'nobody in this version',
    wayOut: 'Remove these keys from the environment or its runbooks, or deploy there by other means.',
  };
}

function notExecuted(plan: Plan): string[] {
  const { rollback } = plan.environment;
  const runbooks = new Set([
    ...plan.revisions.flatMap((revision) => runbookNames(plan.environment, revision)),
    ...(rollback?.runbook ? [rollback.runbook] : []),
  ]);
  const steps = [...runbooks].flatMap((name) =>
    (plan.environment.runbooks[name]?.steps ?? []).flatMap((step) =>
      step.notExecuted.map((feature) => `${feature} (runbook ${name}, step ${step.id})`),
    ),
  );
  return [...plan.environment.notExecuted, ...steps];
}

/** The runbooks that the parts of a revision run here, in the order of the payloads. */
export function runbookNames({ payloads }: Environment, { parts }: Pick<Revision, 'parts'>): string[] {
  return payloads.flatMap(({ part }) => parts[part]?.runbook ?? []);
}

function checkParts({ plan }: PreconditionFacts): Refusal | null {
  const { environment } = plan;
  const problems = plan.revisions.flatMap((revision) => problemOf(environment, revision) ?? []);
  if (problems.length === 0) return null;
  const runbooks = Object.keys(environment.runbooks);
  const payloads = `Payloads here are ${environment.payloads.map(({ part }) => part).join(', ')}`;
  return {
    rule: 'parts',
    message: `${problems.join('; ')}.`,
    liftedBy: 'the author of the revision, or global_admin in the configuration',
    wayOut: runbooks.length > 0 ? `${payloads}; runbooks ${runbooks.join(', ')}.` : `${payloads}.`,
  };
}

/** Why a revision cannot be done here, in half a sentence; null where it can. */
export function problemOf(environment: Environment, revision: Revision): string | null {
  const name = revisionName(revision);
  const runbooks = runbookNames(environment, revision);
  const unknown = runbooks.find((runbook) => !environment.runbooks[runbook]);
  if (unknown) return `${name} asks for runbook ${unknown}, which \`${environment.name}\` does not have`;
  const step = repeatedStep(environment, runbooks);
  if (step) return `the runbooks ${runbooks.join(' and ')} of ${name} both have a step ${step}`;
  const parts = environment.payloads.flatMap(({ part }) => revision.parts[part] ?? []);
  return parts.some((part) => isDone(environment, part))
    ? null
    : `${name} has no part for a payload of \`${environment.name}\``;
}

/** Whether the system does something with a part: a command deployment runs runbooks, Denodo executes VQL and has tasks. */
function isDone({ system }: Environment, { runbook, vql, tasks }: RevisionPart): boolean {
  switch (system) {
    case 'command':
    case 'opcon':
      return runbook !== null;
    case 'denodo':
    case 'denodo-solution-manager':
      return vql !== null || tasks.length > 0;
  }
}

/** A step that two runbooks of one revision have: its id would name two things in the plan. */
function repeatedStep(environment: Environment, runbooks: string[]): string | null {
  const ids = runbooks.flatMap((name) => (environment.runbooks[name]?.steps ?? []).map(({ id }) => id));
  return ids.find((id, index) => ids.indexOf(id) !== index) ?? null;
}
