import type { Environment } from '../domain/configured/environment.ts';
import { approvalRuleFor, approvalStanding } from '../domain/deployment/approval.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { alreadyAsked, alreadyJoined, nothingToJoin } from '../domain/deployment/glass-refusals.ts';
import { applyToGlass, type GlassRequest } from '../domain/deployment/glass.ts';
import { refuseGlassBreaker } from '../domain/deployment/refuse-glass.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { refuseReason } from '../domain/reason.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import type { DueChange } from '../store/due.ts';
import { approvedDue, driftRefusal, nextStep, refuseUndecided } from './approve-deployment.ts';
import { askAgain } from './ask-again.ts';
import { type Decision, decide } from './decide.ts';
import { lapse } from './lapse-glass.ts';
import { currentEnvironment, type LoadedDeployment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { changesSince } from './plan-drift.ts';
import { firstLook } from './remind-of-glass.ts';

/** Somebody wants to go on without the missing approvals. */
export interface BreakGlass {
  by: string;
  number: number;
  /** The plan that the pressed card showed. */
  planHash: string;
  reason: string;
}

/** What a press came to. */
export interface GlassAnswer {
  number: number;
  /** How many more people it takes; 0: it goes on. */
  missing: number;
}

/** The first of several people who go on without the missing approvals; alone it changes nothing. */
export async function breakGlass(needs: AppNeeds, request: BreakGlass): Promise<Verdict<GlassAnswer>> {
  const reason = request.reason.trim();
  const badReason = refuseReason(reason, 'Say in a sentence what is on fire.');
  if (badReason) return refuse(badReason);
  return await press(needs, request, ({ deployment, environment }) => {
    const standing = openRequest(deployment, needs.now());
    const rule = environment.approval?.breakGlass;
    if (standing) return refuse(alreadyAsked(deployment, standing, request.by));
    if (!rule) throw new Error('broken glass that is not configured was not refused');
    const lapsesAt = needs.now() + rule.minutes * 60_000;
    const { persons } = rule;
    const asked: DeploymentEvent = { type: 'glass_asked', by: request.by, reason, persons, lapsesAt };
    const { asked: earlier } = deployment.glass;
    return accept({
      events: earlier ? [lapse(earlier), asked] : [asked],
      due: [{ remove: 'glass-lapse' }, { add: 'glass-lapse', at: lapsesAt }],
      answer: { number: deployment.number, missing: persons - 1 },
    });
  });
}

/** One more person agrees; the last one needed sends the deployment on its way without the missing approvals. */
export async function joinGlass(
  needs: AppNeeds,
  request: Omit<BreakGlass, 'reason'>,
): Promise<Verdict<GlassAnswer>> {
  return await press(needs, request, ({ deployment, environment }) => {
    const standing = openRequest(deployment, needs.now());
    if (!standing) return refuse(nothingToJoin(deployment));
    const mine = standing.people.find(({ by }) => by === request.by);
    if (mine) return refuse(alreadyJoined(deployment, standing, mine.at));
    const people = [...standing.people.map(({ by }) => by), request.by];
    const missing = standing.persons - people.length;
    const answer = { number: deployment.number, missing };
    if (missing > 0) return accept({ events: [{ type: 'glass_joined', by: request.by }], answer });
    return accept({ ...broken(needs, deployment, { environment, people, reason: standing.reason }), answer });
  });
}

interface Pressed {
  deployment: Deployment;
  environment: Environment;
}

/** What every press takes: somebody who may, a deployment that waits, and the plan that they saw. */
async function press(
  needs: AppNeeds,
  request: Omit<BreakGlass, 'reason'>,
  make: (pressed: Pressed) => Decision<GlassAnswer>,
): Promise<Verdict<GlassAnswer>> {
  const person = await needs.findPerson(request.by);
  const voided: { refusal: Refusal | null } = { refusal: null };
  const verdict = await decide<GlassAnswer>(needs, request.number, async (loaded) => {
    const { deployment, plan } = loaded;
    const configuration = needs.configuration();
    const environment = currentEnvironment(configuration, plan);
    const refusal =
      (await refuseUndecided(needs, request, deployment)) ??
      refuseGlassBreaker(person, { configuration, environment, deployment }) ??
      refuseNeedless(environment, deployment);
    if (refusal) return refuse(refusal);
    const drift = await changesSince(needs, deployment, plan);
    if (!drift) return make({ deployment, environment });
    voided.refusal = driftRefusal(deployment, drift.changes);
    return await voidPlan(needs, loaded, drift);
  });
  return voided.refusal && verdict.ok ? refuse(voided.refusal) : verdict;
}

async function voidPlan(
  needs: AppNeeds,
  loaded: LoadedDeployment,
  drift: NonNullable<Awaited<ReturnType<typeof changesSince>>>,
): Promise<Decision<GlassAnswer>> {
  const answer = { number: loaded.deployment.number, missing: 0 };
  return accept({ ...(await askAgain(needs, loaded, drift)), answer });
}

/** What a freeze takes is not lifted by broken glass, so there is nothing to break where only that is missing. */
function refuseNeedless(environment: Environment, deployment: Deployment): Refusal | null {
  const { rules } = approvalStanding(approvalRuleFor(environment, deployment), deployment.votes);
  const isOpen = rules.some(({ freeze, given, required }) => freeze === undefined && given < required);
  if (isOpen) return null;
  return {
    rule: 'approval.breakGlass',
    message: `#${deployment.number} waits only for what its freeze takes, and broken glass does not lift that.`,
    liftedBy: 'those whom the freeze names',
    wayOut: 'Ask them to approve.',
  };
}

function broken(
  needs: AppNeeds,
  deployment: Deployment,
  { environment, people, reason }: { environment: Environment; people: string[]; reason: string },
): { events: [DeploymentEvent, ...DeploymentEvent[]]; due: DueChange[] } {
  const by = people.at(-1) ?? '';
  const event = { type: 'glass_broken' as const, by, people, reason };
  const glass = applyToGlass(deployment.glass, event, needs.now());
  const rule = approvalRuleFor(environment, { ...deployment, glass });
  const goesOn = approvalStanding(rule, deployment.votes).satisfied;
  const due: DueChange[] = [{ remove: 'glass-lapse' }, { add: 'glass-seen', at: firstLook(needs.now()) }];
  if (!goesOn) return { events: [event], due };
  return { events: [event, nextStep(deployment, needs.now())], due: [...approvedDue, ...due] };
}

/** A request that others still may join. */
function openRequest({ glass }: Deployment, now: number): GlassRequest | null {
  return glass.asked && glass.asked.lapsesAt > now ? glass.asked : null;
}
