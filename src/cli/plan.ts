import { planDeployment, type PlannedDeployment } from '../app/plan-deployment.ts';
import type { PlannedTask } from '../domain/plan/plan.ts';
import { revisionName } from '../domain/revision.ts';
import { plainText } from '../wording/plain.ts';
import { sayPlan } from '../wording/plan.ts';
import { sayRefusals } from '../wording/refusal.ts';
import { loadPlanning, type PlanOptions, requestOf } from './load-planning.ts';

/** `plan`: prints the plan, its hash, preconditions and warnings. A refused plan is printed too, with exit code 1. */
export async function runPlan(options: PlanOptions): Promise<number> {
  const planning = await loadPlanning(options);
  if (!planning) return 2;
  const verdict = await planDeployment(planning, requestOf(options));
  if (!verdict.ok) {
    process.stderr.write(`${plainText(sayRefusals(verdict.refusals))}\n`);
    return 1;
  }
  process.stdout.write(options.format === 'json' ? asJson(verdict.value) : asText(verdict.value));
  return verdict.value.preconditions.every(({ ok }) => ok) ? 0 : 1;
}

function asJson({ plan, hash, preconditions, warnings }: PlannedDeployment): string {
  const tasks = plan.tasks.map(({ id, type, action, cluster, server, on, revision, step }) => ({
    seq: id,
    type,
    action,
    cluster,
    server: on ?? server,
    revision,
    step,
    note: '',
  }));
  const shown = {
    hash,
    environment: plan.environment.name,
    revisions: plan.revisions.map(revisionName),
    groups: plan.groups,
    tasks,
    preconditions: preconditions.map(({ rule, ok, message }) => ({ rule, ok, message: plainText(message) })),
    warnings: warnings.map(({ rule, message }) => ({ rule, message: plainText(message) })),
  };
  return `${JSON.stringify(shown)}\n`;
}

function asText({ plan, hash, preconditions, warnings }: PlannedDeployment): string {
  const lines = [
    `${plan.revisions.map(revisionName).join(', ')} → ${plan.environment.name}`,
    plainText(sayPlan(plan)),
    '',
    ...plan.tasks.map(taskLine),
    '',
    ...preconditions.map(({ ok, rule, message }) => `${ok ? 'ok ' : 'NO '} ${rule}: ${plainText(message)}`),
    ...warnings.map(({ rule, message }) => `warning ${rule}: ${plainText(message)}`),
    `plan ${hash}`,
  ];
  return `${lines.join('\n')}\n`;
}

function taskLine({ id, type, action, cluster, server, on, revision, step, group }: PlannedTask): string {
  const place = [cluster, on ?? server].filter((name) => name !== null).join('/');
  const words = [action, place, revision, step].filter((word) => word !== null);
  return `${String(id).padStart(4)}  ${type.padEnd(18)} ${words.join(' ')}${group === null ? ' (switched off)' : ''}`;
}
