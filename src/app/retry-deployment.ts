import type { Actor } from '../domain/actor.ts';
import { isOpen, nextOpening } from '../domain/calendar/windows.ts';
import { type Deployment, hasEnded } from '../domain/deployment/deployment.ts';
import {
  choosableServers,
  chosenServers,
  failedServers,
  remainingServers,
  type RetryChoice,
} from '../domain/deployment/retry-choice.ts';
import { sayState } from '../domain/deployment/say-state.ts';
import { type Person, refuseRequester } from '../domain/roles.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { decidedAlready } from './decided-already.ts';
import { currentEnvironment, type LoadedDeployment, loadDeployment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { planDeployment, refusalsOf, samePlan } from './plan-deployment.ts';

/** A press on Deploy the remaining N, a choice among them, or `/deploy retry`. */
export interface RetryDeployment extends Actor {
  number: number;
  choice: RetryChoice;
  /** What was on the screen when it was chosen; null: nothing was. */
  shownVersion: number | null;
}

/** What a retry deploys. */
export interface RetriedDeployment {
  number: number;
  /** In the order of the plan. */
  servers: string[];
  /** What remains all the same. */
  left: string[];
  /** When the next window opens, epoch milliseconds; null: it begins at once. */
  startsAt: number | null;
}

/**
 * Law 11: what failed, is unknown or never began, all of it or a part that somebody chose, by name, with the same
 * frozen plan; the approval holds while the plan does. Outside the windows it waits for the next one.
 */
export async function retryDeployment(
  needs: AppNeeds,
  request: RetryDeployment,
): Promise<Verdict<RetriedDeployment>> {
  const person = await needs.findPerson(request.by);
  return await decide<RetriedDeployment>(needs, request.number, async (loaded) => {
    const { deployment, plan } = loaded;
    const { number } = deployment;
    const refusal = (await refuseRetry(needs, loaded, person)) ?? (await refuseStale(needs, loaded, request));
    if (refusal) return refuse(refusal);
    const chosen = chosenServers(plan, deployment, request.choice);
    if (!chosen.ok) return chosen;
    const servers = chosen.value;
    const startsAt = nextStart(needs, loaded);
    const again = await planDeployment(needs, { ...samePlan(plan), person, startsAt });
    if (!again.ok) return again;
    if (again.value.hash !== deployment.planHash) return refuse(otherPlan(number));
    const [first, ...others] = refusalsOf(again.value);
    if (first) return refuse(first, ...others);
    const remaining = remainingServers(plan, deployment);
    const left = remaining.filter((name) => !servers.includes(name));
    return accept({
      events: [
        {
          type: 'retry_requested',
          by: person.id,
          via: request.via,
          servers,
          ...(left.length > 0 && { of: remaining.length }),
          ...(startsAt !== null && { startsAt }),
        },
      ],
      due: [{ remove: 'rollback' }, ...(startsAt === null ? [] : [{ add: 'start' as const, at: startsAt }])],
      answer: { number, servers, left, startsAt },
    });
  });
}

/** What can be chosen for a retry now. */
export interface RetryOffer extends LoadedDeployment {
  /** In the order of the plan; empty only where something is excluded. */
  remaining: string[];
  failed: string[];
  /** What a named person left out: it is deployed to only where it is chosen by name. */
  excluded: string[];
  /** When it would begin, epoch milliseconds; null: at once. */
  startsAt: number | null;
}

/** What somebody may choose from, or why they may not. Decides nothing. */
export async function offerRetry(
  needs: AppNeeds,
  { by, number }: { by: string; number: number },
): Promise<Verdict<RetryOffer>> {
  const loaded = await loadDeployment(needs.store, number);
  if (!loaded.ok) return loaded;
  const { deployment, plan } = loaded.value;
  const refusal = await refuseRetry(needs, loaded.value, await needs.findPerson(by));
  if (refusal) return refuse(refusal);
  const remaining = remainingServers(plan, deployment);
  return accept({
    ...loaded.value,
    remaining,
    excluded: choosableServers(plan, deployment).filter((name) => !remaining.includes(name)),
    failed: failedServers(plan, deployment),
    startsAt: nextStart(needs, loaded.value),
  });
}

async function refuseRetry(
  needs: AppNeeds,
  { deployment, plan }: LoadedDeployment,
  person: Person,
): Promise<Refusal | null> {
  const { state, run } = deployment;
  if (!hasEnded(state) || !run?.ended || choosableServers(plan, deployment).length === 0)
    return await nothingToRetry(needs, deployment);
  const undoing = await refuseWhileUndone(needs, deployment);
  if (undoing) return undoing;
  const environment = currentEnvironment(needs.configuration(), plan);
  return refuseRequester(person, needs.configuration(), environment, plan.revisions);
}

/** One of them would work against the other. */
async function refuseWhileUndone(
  { store }: AppNeeds,
  { number, undoneBy }: Deployment,
): Promise<Refusal | null> {
  const undoing = undoneBy === null ? null : await store.summary(undoneBy);
  if (!undoing || hasEnded(undoing.state)) return null;
  return {
    rule: 'law-12',
    message: `#${undoneBy} rolls #${number} back, so the rest of it cannot be deployed.`,
    liftedBy: `whoever may cancel #${undoneBy}`,
    wayOut: `Cancel it with \`/deploy cancel ${undoneBy}\`, or wait until it has ended.`,
  };
}

/** Law 14: what was chosen from is no longer what there is. */
async function refuseStale(
  { store }: AppNeeds,
  { deployment }: LoadedDeployment,
  { shownVersion }: RetryDeployment,
): Promise<Refusal | null> {
  const message = shownVersion === null ? null : await decidedSince(store, deployment, shownVersion);
  if (message === null) return null;
  return {
    rule: 'law-14',
    message,
    liftedBy: 'nobody',
    wayOut: 'Look at what remains now, and choose again.',
  };
}

/** Who decided otherwise since a version of it was on the screen, and when; null where what remains is the same. */
export async function decidedSince(
  store: AppNeeds['store'],
  deployment: Deployment,
  shownVersion: number,
): Promise<string | null> {
  if (deployment.version === shownVersion) return null;
  return await decidedAlready(store, deployment, (_, version) => version > shownVersion);
}

/** Null while a window is open, and where none ever opens: the plan refuses that. */
function nextStart(needs: AppNeeds, { plan }: LoadedDeployment): number | null {
  const environment = currentEnvironment(needs.configuration(), plan);
  return isOpen(environment, needs.now()) ? null : nextOpening(environment, needs.now());
}

async function nothingToRetry({ store }: AppNeeds, deployment: Deployment): Promise<Refusal> {
  const { number, state } = deployment;
  const decided = hasEnded(state)
    ? null
    : await decidedAlready(store, deployment, ({ type }) => type === 'retry_requested');
  return {
    rule: 'law-11',
    message: decided ?? `There is nothing of #${number} to deploy again: it is ${sayState(state)}.`,
    liftedBy: 'nobody',
    wayOut: `See \`/deploy show ${number}\`.`,
  };
}

function otherPlan(number: number): Refusal {
  return {
    rule: 'law-11',
    message: `The plan of #${number} is not what was approved any more, so the rest of it cannot be deployed.`,
    liftedBy: 'nobody',
    wayOut: 'Request a new deployment for the servers that remain.',
  };
}
