import type { Deployment } from '../domain/deployment/deployment.ts';
import { includedServers, refuseAfterStart } from '../domain/deployment/exclusion.ts';
import { refuseOperator } from '../domain/deployment/operator.ts';
import { isRehearsalDue, judgeRehearsal, timesToConclude } from '../domain/deployment/rehearsal.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';
import { type Decision, decide } from './decide.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { planDeployment, refusalsOf, samePlan } from './plan-deployment.ts';
import { changesSince } from './plan-drift.ts';

/** Somebody wants everything looked at once more. */
export interface RehearseAgain {
  by: string;
  number: number;
}

const nothingDue = { rule: 'rehearsal', message: 'nothing is due', liftedBy: 'nobody', wayOut: '' };

/** An hour of the rehearsal has come: every server that is to be deployed to is looked at, once for each due row. */
export async function rehearseDeployment(needs: AppNeeds, number: number, dueAt: number): Promise<void> {
  await decide<null>(needs, number, async ({ deployment, plan }) => {
    if (!isRehearsalDue(deployment, plan, { dueAt, now: needs.now() })) return refuse(nothingDue);
    return await ask(needs, { deployment, plan, dueAt }, null);
  });
}

/** A press on Re-check: the same once more, by whoever may decide about the deployment. */
export async function rehearseAgain(
  needs: AppNeeds,
  { by, number }: RehearseAgain,
): Promise<Verdict<{ number: number }>> {
  const person = await needs.findPerson(by);
  return await decide<{ number: number }>(needs, number, async ({ deployment, plan }) => {
    const environment = currentEnvironment(needs.configuration(), plan);
    const refusal =
      refuseAfterStart(deployment) ??
      refuseOperator(person, needs.configuration(), environment, deployment) ??
      refuseUnderWay(needs, deployment);
    if (refusal) return refuse(refusal);
    return await ask(needs, { deployment, plan, dueAt: null, by }, { number });
  });
}

/** Two looks at the same time would say the same; and what was never looked at has no Re-check. */
function refuseUnderWay(needs: AppNeeds, { number, preparation: { rehearsal } }: Deployment) {
  if (!rehearsal)
    return {
      rule: 'law-14',
      message: `The servers of #${number} were not looked at before its hour, so there is nothing to check again.`,
      liftedBy: 'nobody',
      wayOut: `See \`/deploy show ${number}\`.`,
    };
  if (rehearsal.result || rehearsal.until <= needs.now()) return null;
  return {
    rule: 'law-14',
    message: `The servers of #${number} are being looked at already.`,
    liftedBy: 'nobody',
    wayOut: 'What they answer comes in the thread in a moment.',
  };
}

interface Asking {
  deployment: Deployment;
  plan: Plan;
  dueAt: number | null;
  by?: string;
}

/** The servers first, then the row: asked twice is asked once. */
async function ask<T>(
  needs: AppNeeds,
  { deployment, plan, dueAt, by }: Asking,
  answer: T,
): Promise<Decision<T>> {
  const askedAt = needs.now();
  const servers = includedServers(plan, deployment);
  await needs.store.askServers(plan.environment.name, servers, askedAt);
  const times = timesToConclude(deployment, { plan, servers, now: askedAt });
  const until = Math.max(...times);
  return accept({
    events: [{ type: 'rehearsal_asked', servers, askedAt, until, dueAt, ...(by !== undefined && { by }) }],
    due: [{ remove: 'rehearsal-end' }, ...times.map((at) => ({ add: 'rehearsal-end' as const, at }))],
    answer,
  });
}

/** Says what a rehearsal found, once all have answered or no longer can. Before that it does nothing. */
export async function concludeRehearsal(needs: AppNeeds, number: number): Promise<void> {
  await decide<null>(needs, number, async ({ deployment, plan }) => {
    const { rehearsal } = deployment.preparation;
    if (!rehearsal || rehearsal.result || refuseAfterStart(deployment)) return refuse(nothingDue);
    const { name } = plan.environment;
    const [asked, records, members] = await Promise.all([
      needs.store.askedServers(name),
      needs.store.records(name),
      needs.store.members(name),
    ]);
    const out = new Set(members.filter(({ inService }) => inService !== 'yes').map(({ member }) => member));
    const { floor, ...findings } = judgeRehearsal(plan, rehearsal, { asked, records, out });
    if (findings.unanswered.length > 0 && needs.now() < rehearsal.until) return refuse(nothingDue);
    const obstacles = [
      ...(findings.unanswered.length > 0 ? await whyUnanswered(needs, plan) : []),
      ...(await whatStandsAgainst(needs, deployment, plan)),
      ...floor,
    ];
    const rehearsed: DeploymentEvent = { type: 'rehearsed', ...findings, obstacles };
    return accept({ events: [rehearsed], due: [{ remove: 'rehearsal-end' }], answer: null });
  });
}

/** Servers that are deployed to are left to their attempt. */
async function whyUnanswered({ store }: AppNeeds, { environment: { name } }: Plan): Promise<string[]> {
  const lease = await store.lease(name);
  return lease ? [`#${lease.deployment} runs in \`${name}\`, and nobody looks at its servers meanwhile`] : [];
}

/** What the start would find apart from single servers: another plan than the signed one, or a rule that is broken then. */
async function whatStandsAgainst(needs: AppNeeds, deployment: Deployment, plan: Plan): Promise<string[]> {
  const changed = await changesSince(needs, deployment, plan);
  if (changed) return changed.changes.map((change) => `the plan is not what was approved: ${change}`);
  const again = await planDeployment(
    { ...needs, lockOf: async () => null },
    { ...samePlan(plan), isStarting: true, person: null, startsAt: deployment.startsAt },
  );
  return (again.ok ? refusalsOf(again.value) : again.refusals).map(({ message }) => message);
}
