import type { Runbook } from '../configured/runbook.ts';
import type { Plan } from '../plan/plan.ts';
import type { Refusal, Warning } from '../verdict.ts';
import { runbookNames } from './parts.ts';
import { byConfiguration, type PreconditionFacts, type Rule } from './rule.ts';

/** Whether what fails could be restored, where the environment insists on it. */
export const backupRule: Rule = {
  rule: 'backup',
  holds: 'What has to be backed up is.',
  check: ({ plan, backup }) =>
    plan.undoes ? null : (refuseRunbook(plan) ?? refuseWithoutBackup(plan, backup)),
};

/** Where backups are made before, a runbook without a backup step says `backup: none`. */
function refuseRunbook(plan: Plan): Refusal | null {
  const { environment } = plan;
  if (!environment.backupBefore && environment.requireBackup !== 'require') return null;
  const name = runbookWithoutBackup(plan);
  if (name === undefined) return null;
  return {
    rule: 'backup',
    message: `\`${environment.name}\` asks for a backup before, and runbook ${name} has no step of kind backup.`,
    liftedBy: byConfiguration,
    wayOut: 'Add a step of kind backup, or backup: none to the runbook.',
  };
}

function refuseWithoutBackup(plan: Plan, backup: PreconditionFacts['backup']): Refusal | null {
  const { requireBackup, name } = plan.environment;
  if (requireBackup !== 'require' || !lacksBackup(plan, backup)) return null;
  return {
    rule: 'backup',
    message: `There is no backup of \`${name}\` to do the rollback process with, and one is required.`,
    liftedBy: byConfiguration,
    wayOut: 'Set rollback.requireBackup to confirm for the first deployment: it leaves one.',
  };
}

/** A runbook of the plan that backs nothing up, and does not say that there is nothing to back up. */
function runbookWithoutBackup({ environment, revisions }: Plan): string | undefined {
  const used = revisions.flatMap((revision) => runbookNames(environment, revision));
  return used.find((name) => lacks(environment.runbooks[name]));
}

function lacks(runbook: Runbook | undefined): boolean {
  return (
    runbook !== undefined && !runbook.needsNoBackup && !runbook.steps.some((step) => step.kind === 'backup')
  );
}

/** Denodo restores its first server from the last good backup: whether there is none. */
function lacksBackup({ environment }: Plan, backup: PreconditionFacts['backup']): boolean {
  const { system, rollback } = environment;
  return system === 'denodo' && rollback !== null && backup !== null && backup.path === null;
}

/** What could not be undone, where it may be deployed all the same. */
export function backupWarnings(plan: Plan, backup: PreconditionFacts['backup']): Warning[] {
  const { requireBackup } = plan.environment;
  if (plan.undoes || requireBackup === 'require') return [];
  const runbook = requireBackup === 'confirm' ? runbookWithoutBackup(plan) : undefined;
  return [
    ...(runbook === undefined
      ? []
      : [
          {
            rule: 'backup',
            message: `Runbook ${runbook} makes no backup: what fails cannot be restored from one.`,
          },
        ]),
    ...(lacksBackup(plan, backup)
      ? [
          {
            rule: 'backup',
            message: 'There is no backup info to do the rollback process! Do you want to continue?',
          },
        ]
      : []),
  ];
}
