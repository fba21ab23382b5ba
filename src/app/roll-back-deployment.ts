import { type Actor, system } from '../domain/actor.ts';
import { type Undoable, undoableServers } from '../domain/attempt/undoing.ts';
import { hasEnded } from '../domain/deployment/deployment.ts';
import { sayState } from '../domain/deployment/say-state.ts';
import { indexPlan } from '../domain/plan/plan-index.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { decide, maxTries } from './decide.ts';
import { deployedSince } from './deployed-since.ts';
import { type LoadedDeployment, loadDeployment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { samePlan } from './plan-deployment.ts';
import { checkRequest, type RequestedDeployment, writeRequest } from './request-deployment.ts';

/** A press on Roll back, `/deploy rollback`, or the end of a countdown. */
export interface RollBackDeployment extends Actor {
  number: number;
}

/** What a rollback became, and what it leaves as it is. */
export interface RolledBackDeployment extends RequestedDeployment {
  servers: string[];
  withoutBackup: string[];
}

/**
 * Law 12: a deployment of its own that restores, per server and in reverse order, what this one changed. It needs the
 * approvals that the environment asks for, unless the countdown that was approved with the plan brings it about.
 */
export async function rollBackDeployment(
  needs: AppNeeds,
  request: RollBackDeployment,
): Promise<Verdict<RolledBackDeployment>> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const outcome = await rollBackOnce(needs, request);
    if (outcome !== 'stale') return outcome;
  }
  throw new Error(`#${request.number} was written by others ${maxTries} times in a row`);
}

async function rollBackOnce(
  needs: AppNeeds,
  request: RollBackDeployment,
): Promise<Verdict<RolledBackDeployment> | 'stale'> {
  const loaded = await loadDeployment(needs.store, request.number);
  if (!loaded.ok) return loaded;
  const { deployment, plan } = loaded.value;
  const undoable = undoableServers(indexPlan(plan), await needs.store.eventsAfter(request.number, 0));
  const refusal =
    refuseRollback(loaded.value, undoable) ??
    (await refuseUndoneTwice(needs, loaded.value)) ??
    (await refuseOlder(needs, loaded.value, undoable));
  if (refusal) return refuse(refusal);
  const { by, via, number } = request;
  const checked = await checkRequest(needs, {
    ...samePlan(plan),
    // The same for whoever presses at the same moment, and for a press that is repeated after a crash.
    key: `rollback:${number}:${deployment.attempt}:${deployment.undoneBy ?? 0}`,
    by,
    via,
    servers: Object.keys(undoable.servers),
    undoes: { deployment: number, servers: undoable.servers },
    startsAt: null,
    typed: null,
    zone: deployment.zone,
    reason: `Undoes what #${number} changed.`,
    acceptedWarnings: 'all',
    shownHash: null,
  });
  if (!checked.ok) return checked;
  // Whoever looks at the original finds what undoes it, and nobody retries it in between.
  const requested = await writeRequest(needs, checked.value, {
    deployment: number,
    expectedVersion: deployment.version,
    events: (created) => [{ type: 'rollback_requested', deployment: created, by, via }],
    due: [{ remove: 'rollback' }],
  });
  if (requested === 'stale' || !requested.ok) return requested;
  return accept({
    ...requested.value,
    servers: Object.keys(undoable.servers),
    withoutBackup: undoable.withoutBackup,
  });
}

/** The countdown has run out and nobody kept it as it is. Does nothing when somebody did, or put it off. */
export async function rollBackWhenDue(needs: AppNeeds, number: number): Promise<void> {
  const loaded = await loadDeployment(needs.store, number);
  const countdown = loaded.ok ? loaded.value.deployment.countdown : null;
  if (!countdown || countdown.at > needs.now()) return;
  const verdict = await rollBackDeployment(needs, { by: system, number });
  if (verdict.ok) return;
  const why = verdict.refusals.map(({ message }) => message).join(' ');
  await decide<null>(needs, number, ({ deployment }) =>
    deployment.countdown
      ? accept({
          events: [{ type: 'rollback_failed', reason: why }],
          due: [{ remove: 'rollback' }],
          answer: null,
        })
      : refuse(nothing(number, 'It counts down no more.')),
  );
}

function refuseRollback({ deployment, plan }: LoadedDeployment, undoable: Undoable): Refusal | null {
  const { number, state, run } = deployment;
  const { rollback, name } = plan.environment;
  if (!hasEnded(state))
    return {
      ...nothing(number, `#${number} has not ended: it is ${sayState(state)}.`),
      wayOut: `Cancel it with \`/deploy cancel ${number}\`, or wait until it has ended.`,
    };
  if (!run?.ended) return nothing(number, `#${number} never ran, so there is nothing to roll back.`);
  if (plan.undoes) return nothing(number, `#${number} is a rollback itself.`);
  if (!rollback)
    return {
      rule: 'law-12',
      message: `No runbook of \`${name}\` restores a server.`,
      liftedBy: 'global_admin, by changing the configuration',
      wayOut: 'Deploy the earlier version instead.',
    };
  if (Object.keys(undoable.servers).length > 0) return null;
  return undoable.withoutBackup.length > 0
    ? nothing(number, `No backup is known of ${undoable.withoutBackup.join(', ')}, and restoring needs one.`)
    : nothing(number, `#${number} changed nothing that would have to be rolled back.`);
}

async function refuseUndoneTwice(
  { store }: AppNeeds,
  { deployment: { number, undoneBy } }: LoadedDeployment,
): Promise<Refusal | null> {
  const summary = undoneBy === null ? null : await store.summary(undoneBy);
  const isOpen = summary !== null && (!hasEnded(summary.state) || summary.state.startsWith('ok'));
  return isOpen ? nothing(number, `#${summary.number} rolls #${number} back already.`) : null;
}

/** What ran there afterwards would be undone with it. */
async function refuseOlder(
  { store }: AppNeeds,
  { deployment: { number }, plan }: LoadedDeployment,
  { servers }: Undoable,
): Promise<Refusal | null> {
  const newest = await store.list({ environment: plan.environment.name, limit: lookedAt });
  for (const later of newest.filter((summary) => summary.number > number && summary.attempt > 0)) {
    const isOurs = (await store.plan(later.planHash))?.undoes?.deployment === number;
    if (!isOurs)
      return nothing(
        number,
        `#${later.number} was deployed to \`${plan.environment.name}\` after #${number}.`,
      );
  }
  const undone = { environment: plan.environment.name, undoes: { deployment: number, servers } };
  const since = await deployedSince(store, undone);
  return since === null ? null : nothing(number, since);
}

const lookedAt = 100;

function nothing(number: number, message: string): Refusal {
  return { rule: 'law-12', message, liftedBy: 'nobody', wayOut: `See \`/deploy show ${number}\`.` };
}
