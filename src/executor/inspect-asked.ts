import type { Logger } from 'pino';

import type { Balancer } from '../balancer/balancer.ts';
import type { ServerAnswer } from '../domain/plan/inspection.ts';
import { findServer, memberOf, type Plan } from '../domain/plan/plan.ts';
import { harmless } from '../domain/quote.ts';
import type { Store } from '../store/store.ts';
import type { System } from '../systems/system.ts';
import { letGo, type LookRound, startLookRound, type UnderWay } from './look-round.ts';

/** What servers are asked with. */
export interface InspectingNeeds {
  store: Store;
  /** One of its own: what it lets go of is none of a running attempt's. */
  system: Pick<System, 'inspect' | 'release'>;
  /** Asked for its status scripts alone; absent where there is none. */
  balancer?: Pick<Balancer, 'status'>;
  /** A plan of an environment as it is configured now, without any revision; null where there is none of that name. */
  planToInspect: (environment: string) => Plan | null;
  now: () => number;
  log: Pick<Logger, 'error'>;
}

const atOnce = 4;
const looksAt = 1_000;
const patienceMs = 30_000;

/**
 * Asks servers what people want to know before a deployment, a few at once and without a lease: looking changes nothing,
 * so two processes that look at the same one do no harm. Environments that are deployed to are left to their attempt.
 */
export function startInspecting(needs: InspectingNeeds): LookRound {
  const underWay: UnderWay = new Map();
  return startLookRound({
    store: needs.store,
    underWay,
    begin: async (signal, ring) => await begin(needs, underWay, signal, ring),
    failed: (error) => needs.log.error({ error }, 'could not look for servers to ask; trying again'),
  });
}

/** Begins as many as may be under way. */
async function begin(
  needs: InspectingNeeds,
  underWay: UnderWay,
  signal: AbortSignal,
  ring: () => void,
): Promise<void> {
  if (underWay.size >= atOnce) return;
  const busy = new Set((await needs.store.leases()).map(({ environment }) => environment));
  for (const { environment, server } of await needs.store.unanswered(looksAt)) {
    const key = keyOf({ environment, server });
    if (underWay.size >= atOnce || signal.aborted) return;
    if (busy.has(environment) || underWay.has(key)) continue;
    const done = askAndLetGo(needs, underWay, { environment, server, signal }).then(ring);
    underWay.set(key, { environment, done });
  }
}

async function askAndLetGo(
  needs: InspectingNeeds,
  underWay: UnderWay,
  { environment, server, signal }: { environment: string; server: string; signal: AbortSignal },
): Promise<void> {
  await askOne(needs, { environment, server }, signal);
  underWay.delete(keyOf({ environment, server }));
  const plan = needs.planToInspect(environment);
  if (plan) await letGo(needs, underWay, plan);
}

function keyOf({ environment, server }: { environment: string; server: string }): string {
  return `${environment}/${server}`;
}

async function askOne(
  needs: InspectingNeeds,
  { environment, server }: { environment: string; server: string },
  signal: AbortSignal,
): Promise<void> {
  const at = needs.now();
  try {
    const answer = await look(needs, environment, server, signal);
    // Ended by ourselves: what was learned is nothing of the server.
    if (!signal.aborted) await needs.store.answerFor({ environment, server }, { at, answer });
  } catch (error) {
    needs.log.error({ error, environment, server }, 'what a server answered could not be written down');
  }
}

async function look(
  { system, balancer, planToInspect }: InspectingNeeds,
  environment: string,
  server: string,
  signal: AbortSignal,
): Promise<ServerAnswer> {
  const plan = planToInspect(environment);
  if (!plan || !findServer(plan.environment, server))
    return { problem: `${server} is not configured any more`, readBack: null };
  const until = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  try {
    const [answer, status] = await Promise.all([
      system.inspect(plan, server, until),
      saysItsStatus(plan) ? balancer?.status(plan, memberOf(plan, server), until) : undefined,
    ]);
    return { ...answer, ...(status !== undefined && { balancer: status }) };
  } catch (error) {
    const why = harmless(error instanceof Error ? error.message : String(error));
    return { problem: `${server} could not be looked at: ${why}`, readBack: null };
  }
}

/** Whether a script is configured that says what the load balancer does with a member. */
function saysItsStatus({ environment, level }: Plan): boolean {
  const { statusServer, statusCluster } = environment.scripts;
  return environment.paradigm === 'online' && (level === 'cluster' ? statusCluster : statusServer) !== null;
}
