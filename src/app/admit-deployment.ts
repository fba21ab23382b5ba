import { system } from '../domain/actor.ts';
import { overridesAt, sayOverrideNeed } from '../domain/calendar/windows.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { includedServers } from '../domain/deployment/exclusion.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { newWarnings } from '../domain/plan/warnings.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { DueChange } from '../store/due.ts';
import type { Lease } from '../store/leases.ts';
import { askAgain } from './ask-again.ts';
import { stoppedByBatch } from './batch-stopped.ts';
import { undoesOtherNow } from './deployed-since.ts';
import { lateBegin } from './late-begin.ts';
import { currentEnvironment, loadDeployment } from './load-deployment.ts';
import { identify, lostApprovals } from './lost-approvals.ts';
import { decideMissed } from './missed-start.ts';
import type { AppNeeds } from './needs.ts';
import { planDeployment, type PlannedDeployment, refusalsOf, samePlan } from './plan-deployment.ts';
import { changesSince, drift } from './plan-drift.ts';
import { unwatched } from './unwatched.ts';

/**
 * The start checks everything again (law 7): the plan is the one that was signed, the rules still hold, and those who
 * approved still may. False: it may not begin, and what happens instead is written and the lease is free again.
 * True for a deployment that is no longer queued: there is nothing to admit, only to go on.
 */
export async function admitDeployment(needs: AppNeeds, lease: Lease): Promise<boolean> {
  const loaded = await loadDeployment(needs.store, lease.deployment);
  if (!loaded.ok) return false;
  const { deployment, plan } = loaded.value;
  if (deployment.state !== 'queued') return true;
  const stop: Stop | null =
    (await stoppedMeanwhile(needs, deployment)) ??
    lateBehindLock(needs, deployment, plan) ??
    (await changesSince(needs, deployment, plan)) ??
    frozenMeanwhile(needs, deployment, plan) ??
    (await lostApprovals(needs, deployment, plan)) ??
    nothingLeft(deployment, plan) ??
    unwatched(needs, deployment, plan);
  if (stop) {
    await write(needs, lease, deployment.version, await askAgain(needs, loaded.value, stop));
    return false;
  }
  const broken =
    (await undoneTooLate(needs, plan)) ??
    (await judgeAgain(needs, deployment, plan)) ??
    (await lateBegin(needs, deployment, plan));
  if (broken) await write(needs, lease, deployment.version, await askAgain(needs, loaded.value, broken));
  return broken === null;
}

/** Another one of its batch failed, and the rest was to stop then. */
async function stoppedMeanwhile({ store }: AppNeeds, deployment: Deployment): Promise<Stop | null> {
  const reason = await stoppedByBatch(store, deployment);
  return reason === null ? null : { events: [{ type: 'missed', reason }] };
}

/** It waited for a person to open the environment: beyond the grace that is a missed start. A retry has no hour to miss. */
function lateBehindLock(needs: AppNeeds, deployment: Deployment, plan: Plan): Stop | null {
  const { lockMetAt, startsAt, attempt } = deployment;
  if (lockMetAt === null || attempt > 0) return null;
  const environment = currentEnvironment(needs.configuration(), plan);
  const because = `\`${environment.name}\` was locked`;
  return decideMissed(deployment, environment, {
    startsAt: startsAt ?? lockMetAt,
    now: needs.now(),
    because,
  });
}

/** An override holds for the freezes it was given for: one that is in force now and was not known then asks again. */
function frozenMeanwhile(needs: AppNeeds, deployment: Deployment, plan: Plan): Stop | null {
  const given = deployment.overrides.map(sayOverrideNeed);
  const open = overridesAt(currentEnvironment(needs.configuration(), plan), needs.now())
    .map(sayOverrideNeed)
    .filter((need) => !given.includes(need));
  if (open.length === 0) return null;
  const changes = open.map((need) => `it would start inside a freeze, and needs ${need}`);
  return drift(needs, { deployment, plan }, { plan, hash: deployment.planHash }, changes);
}

/** Every server was left out by somebody. */
function nothingLeft(deployment: Deployment, plan: Plan): Stop | null {
  if (deployment.attempt > 0 || includedServers(plan, deployment).length > 0) return null;
  return { events: [{ type: 'missed', reason: 'every server of it was excluded' }] };
}

/** It waited for its environment or its approvals, and what it undoes is not what it was any more (law 12). */
async function undoneTooLate({ store }: AppNeeds, { undoes, environment }: Plan): Promise<Stop | null> {
  const why = undoes && (await undoesOtherNow(store, { environment: environment.name, undoes }));
  return why === null ? null : { events: [{ type: 'missed', reason: `law-12: ${why}` }] };
}

/** What is written instead of the start. */
interface Stop {
  events: [DeploymentEvent, ...DeploymentEvent[]];
  due?: DueChange[];
  plan?: { plan: Plan; hash: string };
}

async function write(needs: AppNeeds, lease: Lease, expectedVersion: number, stop: Stop): Promise<void> {
  const { events, due, plan } = stop;
  await needs.store.commit({
    deployment: lease.deployment,
    expectedVersion,
    fence: lease.fence,
    at: needs.now(),
    events,
    releaseLease: true,
    ...(due && { due }),
    ...(plan && { plan }),
  });
}

/** Every rule and every warning once more, as it stands at the start. */
async function judgeAgain(needs: AppNeeds, deployment: Deployment, plan: Plan): Promise<Stop | null> {
  const again = await planAgain(needs, deployment, plan);
  return brokenRules(again) ?? (again.ok ? unaccepted(needs, deployment, again.value) : null);
}

async function planAgain(
  needs: AppNeeds,
  deployment: Deployment,
  plan: Plan,
): Promise<Verdict<PlannedDeployment>> {
  // A lock that was set in this moment makes it wait; it breaks no rule.
  return await planDeployment(
    { ...needs, lockOf: async () => null },
    {
      ...samePlan(plan),
      isStarting: true,
      person: deployment.requestedBy === system ? null : await identify(needs, deployment.requestedBy),
      startsAt: needs.now(),
    },
  );
}

function brokenRules(again: Verdict<PlannedDeployment>): Stop | null {
  const refusals = again.ok ? refusalsOf(again.value) : again.refusals;
  if (refusals.length === 0) return null;
  const reason = refusals.map(({ rule, message }) => `${rule}: ${message}`).join(' ');
  return { events: [{ type: 'missed', reason }] };
}

/** A warning that nobody accepted: whoever approves once more accepts it; unanswered, it ends. */
function unaccepted(needs: AppNeeds, deployment: Deployment, again: PlannedDeployment): Stop | null {
  const unread = newWarnings(again.warnings, deployment.warnings ?? again.warnings);
  if (unread.length === 0) return null;
  const changes = unread.map(({ rule, message }) => `a new warning: ${message} (${rule})`);
  return drift(needs, { deployment, plan: again.plan }, again, changes);
}
