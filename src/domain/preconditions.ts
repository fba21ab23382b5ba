import type { Configuration, Environment, Runbook } from './environment.ts';
import { type EnvironmentLock, lockedRefusal } from './lock.ts';
import { findServer, liveClusters, liveMembers, liveServers, mainRole, type Plan } from './plan.ts';
import { quote } from './quote.ts';
import { revisionName } from './revision.ts';
import { type Person, refuseRequester } from './roles.ts';
import type { Refusal } from './verdict.ts';
import { overridesAt, refuseStart, sayOverrideNeed } from './windows.ts';

/** One rule that was checked, in the order of the report. */
export interface Precondition {
  rule: string;
  ok: boolean;
  message: string;
  /** How it is lifted; null when it holds. */
  refusal: Refusal | null;
}

/** What the checks look at, all read beforehand. */
export interface PreconditionFacts {
  plan: Plan;
  configuration: Configuration;
  /** Who asks; null on the command line, where nobody is asked for a role. */
  person: Person | null;
  /** The start that is asked for. */
  startsAt: number;
  /** The environment's lock; null where it is open, and where nobody looks. */
  lock: EnvironmentLock | null;
}

type Check = { rule: string; holds: string; check: (facts: PreconditionFacts) => Refusal | null };

/** All checks in order; every one is answered, so that all reasons stand together (D-28). */
export function checkPreconditions(facts: PreconditionFacts): Precondition[] {
  // Where nobody is asked for a role, nothing is said about one; of a lock only where there is one.
  const silent = [...(facts.person === null ? ['D-19'] : []), ...(facts.lock === null ? ['lock'] : [])];
  const asked = checks.filter(({ rule }) => !silent.includes(rule));
  const fixed = asked.map(({ rule, holds, check }) => asPrecondition(rule, holds, check(facts)));
  return [...fixed, ...checkStart(facts)];
}

/** A freeze that may be overridden refuses nothing: it says what it needs. */
function checkStart({ plan: { environment, undoes }, startsAt }: PreconditionFacts): Precondition[] {
  // What went wrong may be undone at any hour.
  if (undoes) return [];
  const refusals = refuseStart(environment, startsAt);
  if (refusals.length > 0) return refusals.map((refusal) => asPrecondition(refusal.rule, '', refusal));
  const needs = overridesAt(environment, startsAt).map(
    (override) => `It needs ${sayOverrideNeed(override)}.`,
  );
  return needs.length > 0
    ? needs.map((need) => asPrecondition('freezes', need, null))
    : [asPrecondition('windows', 'The start lies inside the windows and outside the freezes.', null)];
}

function asPrecondition(rule: string, holds: string, refusal: Refusal | null): Precondition {
  return { rule: refusal?.rule ?? rule, ok: refusal === null, message: refusal?.message ?? holds, refusal };
}

const byConfiguration = 'global_admin, by changing the configuration';

const checks: Check[] = [
  {
    rule: 'D-19',
    holds: 'The requester may deploy these revisions here.',
    check: ({ person, configuration, plan }) =>
      person && refuseRequester(person, configuration, plan.environment, plan.revisions),
  },
  {
    rule: 'lock',
    holds: 'The environment is open.',
    check: ({ lock, configuration, plan }) => lock && lockedRefusal(lock, configuration, plan.environment),
  },
  {
    rule: 'D-20',
    holds: 'Deployments are switched on.',
    check: ({ plan: { environment } }) =>
      environment.deploymentsEnabled
        ? null
        : {
            rule: 'D-20',
            message: `Deployments are switched off for \`${environment.name}\`.`,
            liftedBy: byConfiguration,
            wayOut: 'Set deployments.enabled to true, or choose another environment.',
          },
  },
  {
    rule: 'not-executed',
    holds: 'This version executes everything the plan asks for.',
    check: checkExecuted,
  },
  { rule: 'D-22', holds: 'At least one enabled cluster has an enabled server.', check: checkLive },
  { rule: 'D-27', holds: 'The configuration matches the live topology.', check: checkTopology },
  { rule: 'servers', holds: 'Every chosen server can be deployed to.', check: checkFilter },
  { rule: 'parts', holds: 'Every revision has something to do here.', check: checkParts },
  { rule: 'backup', holds: 'Every runbook that must back up does.', check: checkBackup },
  { rule: 'law-5', holds: 'The capacity floor holds in every group.', check: checkCapacity },
];

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
    ...plan.revisions.flatMap((revision) => runbookNames(plan.environment, revision.parts)),
    ...(rollback?.runbook ? [rollback.runbook] : []),
  ]);
  const steps = [...runbooks].flatMap((name) =>
    (plan.environment.runbooks[name]?.steps ?? []).flatMap((step) =>
      step.notExecuted.map((feature) => `${feature} (runbook ${name}, step ${step.id})`),
    ),
  );
  return [...plan.environment.notExecuted, ...steps];
}

function runbookNames(environment: Environment, parts: Plan['revisions'][number]['parts']): string[] {
  return environment.payloads.flatMap((payload) => parts[payload.part]?.runbook ?? []);
}

function checkLive({ plan: { environment } }: PreconditionFacts): Refusal | null {
  if (liveClusters(environment).length > 0) return null;
  return {
    rule: 'D-22',
    message: `\`${environment.name}\` has no enabled cluster with an enabled ${mainRole(environment) ?? ''} server.`,
    liftedBy: byConfiguration,
    wayOut: 'Enable a cluster and a server in it.',
  };
}

function checkTopology({ plan: { environment } }: PreconditionFacts): Refusal | null {
  const live = liveClusters(environment);
  const expected = environment.topology === 'single-cluster' ? live.length <= 1 : live.length > 1;
  if (expected || live.length === 0) return null;
  const names = live.map((cluster) => cluster.name).join(', ');
  const message =
    environment.topology === 'single-cluster'
      ? `The configuration is for a single cluster, but ${live.length} enabled clusters have enabled servers (${names}).`
      : `The configuration is for several clusters, but only one enabled cluster has enabled servers (${names}).`;
  return {
    rule: 'D-27',
    message,
    liftedBy: byConfiguration,
    wayOut: 'Set deployments.topology to what is live.',
  };
}

function checkFilter({ plan }: PreconditionFacts): Refusal | null {
  const { environment, serverFilter } = plan;
  if (serverFilter === null) return null;
  const live = liveClusters(environment).flatMap((cluster) => liveServers(environment, cluster));
  const wrong = serverFilter.filter((name) => !live.some((server) => server.name === name));
  if (wrong.length === 0 && serverFilter.length > 0) return null;
  const sentences = wrong.map((name) =>
    findServer(environment, name)
      ? `server ${name} is switched off or has another role`
      : `there is no server ${quote(name)} in \`${environment.name}\``,
  );
  return {
    rule: 'servers',
    message: `${sentences.join('; ') || 'no server was chosen'}.`,
    liftedBy: 'the requester',
    wayOut: `Choose among ${live.map((server) => server.name).join(', ')}.`,
  };
}

function checkParts({ plan }: PreconditionFacts): Refusal | null {
  const { environment } = plan;
  const problems = plan.revisions.flatMap((revision) => {
    const names = runbookNames(environment, revision.parts);
    const unknown = names.find((name) => !environment.runbooks[name]);
    if (unknown)
      return [
        `${revisionName(revision)} asks for runbook ${unknown}, which \`${environment.name}\` does not have`,
      ];
    const step = repeatedStep(environment, names);
    if (step)
      return [`the runbooks ${names.join(' and ')} of ${revisionName(revision)} both have a step ${step}`];
    return names.length === 0
      ? [`${revisionName(revision)} has no part for a payload of \`${environment.name}\``]
      : [];
  });
  if (problems.length === 0) return null;
  return {
    rule: 'parts',
    message: `${problems.join('; ')}.`,
    liftedBy: 'the author of the revision, or global_admin in the configuration',
    wayOut: `Payloads here are ${environment.payloads.map((payload) => payload.part).join(', ')}; runbooks ${Object.keys(environment.runbooks).join(', ')}.`,
  };
}

/** A step that two runbooks of one revision have: its id would name two things in the plan. */
function repeatedStep(environment: Environment, runbooks: string[]): string | null {
  const ids = runbooks.flatMap((name) => (environment.runbooks[name]?.steps ?? []).map(({ id }) => id));
  return ids.find((id, index) => ids.indexOf(id) !== index) ?? null;
}

/** Where backups are made before, a runbook without a backup step says `backup: none`. */
function checkBackup({ plan }: PreconditionFacts): Refusal | null {
  const { environment } = plan;
  if (!environment.backupBefore && environment.requireBackup !== 'require') return null;
  if (plan.undoes) return null;
  const name = runbookWithoutBackup(plan);
  if (name === undefined) return null;
  return {
    rule: 'backup',
    message: `\`${environment.name}\` asks for a backup before, and runbook ${name} has no step of kind backup.`,
    liftedBy: byConfiguration,
    wayOut: 'Add a step of kind backup, or backup: none to the runbook.',
  };
}

/** Law 5, as far as it can be known beforehand: the floor is counted again on the spot before each group. */
function checkCapacity({ plan }: PreconditionFacts): Refusal | null {
  if (plan.environment.paradigm === 'simple') return null;
  const total = liveMembers(plan.environment, plan.level).length;
  const largest = Math.max(0, ...plan.groups.map((group) => group.length));
  if (largest === 0 || total - largest >= plan.minInService) return null;
  return {
    rule: 'law-5',
    message: `Taking ${largest} of ${total} ${plan.level}s out leaves ${total - largest} in service, and the floor is ${plan.minInService}.`,
    liftedBy: byConfiguration,
    wayOut: 'Lower deployments.minInService, add members, or deploy one by one.',
  };
}

/** A runbook of the plan that backs nothing up, and does not say that there is nothing to back up. */
export function runbookWithoutBackup({ environment, revisions }: Plan): string | undefined {
  const used = revisions.flatMap((revision) => runbookNames(environment, revision.parts));
  return used.find((name) => lacks(environment.runbooks[name]));
}

function lacks(runbook: Runbook | undefined): boolean {
  return (
    runbook !== undefined && !runbook.needsNoBackup && !runbook.steps.some((step) => step.kind === 'backup')
  );
}
