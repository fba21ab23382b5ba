import { cacheToSwap } from '../../domain/plan/denodo-tasks.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { harmless } from '../../domain/quote.ts';
import { Unreachable } from '../../drivers/command.ts';
import type { PostgresSession } from '../../drivers/postgres/postgres-driver.ts';
import type { Inspection } from '../system.ts';
import { readCache } from './cache.ts';
import { fillRevision } from './fill-script.ts';
import { sayFaults, sentenceOf } from './script-outcome.ts';
import { openVdp, passwordsOf, serverOf, type VdpNeeds, withoutSecrets, withSession } from './server.ts';

/** A server that somebody has in single user mode lets everybody in and answers nobody. */
const answerMs = 10_000;

/** Looks at a server before anything is taken out for it: it answers, its scripts can be filled, and its cache can be swapped. */
export async function inspectVdp(
  needs: VdpNeeds,
  plan: Plan,
  name: string,
  signal: AbortSignal,
): Promise<Inspection> {
  try {
    const faults = await findFaults(needs, plan, name);
    if (faults.length > 0) return notReady(`${name}: ${sayFaults(faults)}`);
    const session = await openVdp(needs, plan, name, signal);
    return await withSession(session, signal, async () => await look(needs, session, plan, name));
  } catch (error) {
    if (error instanceof Unreachable) return notReady(error.message);
    return notReady(`${name}: ${sentenceOf(error)}`);
  }
}

/** What is wrong with scripts and values is found while everything is still in service. */
async function findFaults(needs: VdpNeeds, plan: Plan, name: string): Promise<string[]> {
  const faults: string[] = [];
  for (const revision of plan.revisions) {
    const ready = await fillRevision(needs, plan, revision, name);
    if (!ready.ok) faults.push(...ready.faults);
  }
  return faults;
}

async function look(
  needs: VdpNeeds,
  session: PostgresSession,
  plan: Plan,
  name: string,
): Promise<Inspection> {
  const secrets = passwordsOf(needs, serverOf(plan, name).server);
  const alive = await session.query('SELECT 1', answerMs);
  if (alive.state === 'timed-out')
    return notReady(
      `${name} did not answer SELECT 1 in ${answerMs / 1_000} s: perhaps somebody has it in single user mode`,
    );
  if (alive.state !== 'done') {
    const said = alive.state === 'failed' ? alive.message : alive.reason;
    return notReady(`${name} does not answer SELECT 1: ${harmless(withoutSecrets(said, secrets))}`);
  }
  // Who asks before a deployment has no revision in hand: what is known of the cache is said wherever one may be swapped.
  const swaps = cacheToSwap(plan.environment, plan.revisions) !== null;
  if (!swaps && (plan.revisions.length > 0 || plan.environment.sharedCache === null))
    return { problem: null, readBack: null };
  const cache = await readCache(session, answerMs);
  if (!cache.ok)
    return notReady(`${name}: its cache cannot be read: ${harmless(withoutSecrets(cache.reason, secrets))}`);
  // D-51: where the plan swaps caches, each server needs one.
  const { url, isOn } = cache.value;
  const problem = isOn || !swaps ? null : `${name}: its cache is off, and these revisions swap caches (D-51)`;
  return { problem, readBack: null, cache: url, cacheIsOn: isOn };
}

function notReady(problem: string): Inspection {
  return { problem, readBack: null };
}
