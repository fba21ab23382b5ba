import { system } from '../domain/actor.ts';
import { overridesAt, sayOverrideNeed } from '../domain/calendar/windows.ts';
import { approvalRuleFor, approvalStanding } from '../domain/deployment/approval.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { includedServers } from '../domain/deployment/exclusion.ts';
import type { DeploymentEvent } from '../domain/events.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { newWarnings } from '../domain/plan/warnings.ts';
import { type Person, rolesOf } from '../domain/roles.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { DueChange, Lease } from '../store/store.ts';
import { undoesOtherNow } from './deployed-since.ts';
import { currentEnvironment, loadDeployment } from './load-deployment.ts';
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
    lateBehindLock(needs, deployment, plan) ??
    (await changesSince(needs, deployment, plan)) ??
    frozenMeanwhile(needs, deployment, plan) ??
    (await lostApprovals(needs, deployment, plan)) ??
    nothingLeft(deployment, plan) ??
    unwatched(needs, deployment, plan);
  if (stop) {
    await write(needs, lease, deployment.version, stop);
    return false;
  }
  const broken = (await undoneTooLate(needs, plan)) ?? (await judgeAgain(needs, deployment, plan));
  if (broken) await write(needs, lease, deployment.version, broken);
  return broken === null;
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
  return drift(needs, plan, { plan, hash: deployment.planHash }, changes);
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

/** Who somebody is now. Throws where Slack does not say: the start waits for an answer instead of deciding without one. */
async function identify(needs: AppNeeds, id: string): Promise<Person> {
  const person = await needs.findPerson(id);
  if (person.standing === 'unknown') throw new Error(`Slack does not say who ${id} is, so the start waits`);
  return person;
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

/** Only people who hold the role now count; if too few are left, the approval is void. */
async function lostApprovals(
  needs: AppNeeds,
  deployment: Deployment,
  plan: Plan,
): Promise<ReturnType<typeof drift> | null> {
  const configuration = needs.configuration();
  const environment = currentEnvironment(configuration, plan);
  const voters = await Promise.all(
    deployment.votes.map(async (vote) => ({ vote, person: await identify(needs, vote.by) })),
  );
  const votes = voters.map(({ vote, person }) => ({
    ...vote,
    roles: rolesOf(person, configuration, environment.kind),
  }));
  if (approvalStanding(approvalRuleFor(environment, deployment), votes).satisfied) return null;
  const gone = voters
    .filter((_, index) => votes[index]?.roles.length === 0)
    .map(({ person }) => `<@${person.id}> (${lossOf(person)})`);
  const why = `${gone.join(', ') || 'an approver'} may no longer approve for \`${environment.name}\``;
  return drift(needs, plan, { plan, hash: deployment.planHash }, [why]);
}

/** Why somebody who approved may not any more. */
function lossOf({ standing }: Person): string {
  const reasons: Record<Person['standing'], string> = {
    member: 'no longer in the role',
    guest: 'now a guest',
    bot: 'a bot',
    deactivated: 'account deactivated',
    stranger: 'of another workspace',
    unknown: 'unknown',
  };
  return reasons[standing];
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
function unaccepted(needs: AppNeeds, { warnings }: Deployment, again: PlannedDeployment): Stop | null {
  const unread = newWarnings(again.warnings, warnings ?? again.warnings);
  if (unread.length === 0) return null;
  const changes = unread.map(({ rule, message }) => `a new warning: ${message} (${rule})`);
  return drift(needs, again.plan, again, changes);
}
