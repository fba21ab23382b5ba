import type { Logger } from 'pino';

import { checkDeadlineMs, checksAtOnce, type WantedCheck } from '../domain/deployment/opening-checks.ts';
import type { Store } from '../store/store.ts';
import type { System } from '../systems/system.ts';
import { letGo, type LookRound, startLookRound, type UnderWay } from './look-round.ts';
import type { Shares } from './shares.ts';

/** What runbooks look at before the hour is looked at with. */
export interface RehearsingNeeds {
  store: Pick<Store, 'onCommit' | 'leases'>;
  /** One of its own: what it lets go of is none of a running attempt's. */
  system: Pick<System, 'check' | 'release'>;
  /** Servers whose checks a rehearsal waits for now. */
  wantedChecks: () => Promise<WantedCheck[]>;
  /** Writes what the checks of a server found; null: all is well. */
  recordCheck: (found: WantedCheck & { problem: string | null }) => Promise<void>;
  /** Steps that use a share of the site wait for room there, as at the hour. */
  shares: Shares;
  log: Pick<Logger, 'error'>;
  /** How long all checks of one server may take together, in milliseconds; two minutes where it is left out. */
  deadlineMs?: number;
}

/** What this process does, and what it has done that an older look at the log still wants. */
interface State {
  underWay: UnderWay;
  recorded: Set<string>;
}

/**
 * Runs what runbooks look at before they change anything, for rehearsals: side by side up to a limit, each server with
 * a deadline of its own. Nothing but looking is run, so whatever a process that died had begun is run again.
 */
export function startRehearsing(needs: RehearsingNeeds): LookRound {
  const state: State = { underWay: new Map(), recorded: new Set() };
  return startLookRound({
    store: needs.store,
    underWay: state.underWay,
    begin: async (signal, ring) => await begin(needs, state, signal, ring),
    failed: (error) => needs.log.error({ error }, 'could not look for servers to rehearse; trying again'),
  });
}

/** Environments that are deployed to are left to their attempt. */
async function begin(
  needs: RehearsingNeeds,
  state: State,
  signal: AbortSignal,
  ring: () => void,
): Promise<void> {
  const wanted = await needs.wantedChecks();
  if (wanted.length === 0) return state.recorded.clear();
  const { underWay, recorded } = state;
  const busy = new Set((await needs.store.leases()).map(({ environment }) => environment));
  for (const each of wanted) {
    const { name: environment } = each.plan.environment;
    const key = `${environment}/${each.server}`;
    if (underWay.size >= checksAtOnce || signal.aborted) return;
    if (recorded.has(rehearsedAs(each)) || underWay.has(key)) continue;
    if (busy.has(environment) || !hasRoom(needs, each)) continue;
    const done = rehearseAndLetGo(needs, state, { each, key, signal }).then(ring);
    underWay.set(key, { environment, done });
  }
}

function hasRoom({ shares }: RehearsingNeeds, { checks }: WantedCheck): boolean {
  return checks.every(({ step: { share } }) => share === null || shares.hasRoom(share.name, share.atOnce));
}

function rehearsedAs({ deployment, server, askedAt }: WantedCheck): string {
  return `${deployment}/${server}/${askedAt}`;
}

async function rehearseAndLetGo(
  needs: RehearsingNeeds,
  { underWay, recorded }: State,
  { each, key, signal }: { each: WantedCheck; key: string; signal: AbortSignal },
): Promise<void> {
  const shares = new Set(each.checks.flatMap(({ step }) => step.share?.name ?? []));
  const giveBack = [...shares].map((name) => needs.shares.use(name));
  try {
    const problem = await findProblem(needs, each, signal);
    // Ended by ourselves: what was learned is nothing of the server.
    if (signal.aborted) return;
    await needs.recordCheck({ ...each, problem });
    recorded.add(rehearsedAs(each));
  } catch (error) {
    needs.log.error({ error, server: each.server }, 'what a rehearsal found could not be written down');
  } finally {
    for (const give of giveBack) give();
    underWay.delete(key);
    await letGo(needs, underWay, each.plan);
  }
}

/** The first check that fails, or cannot be run, in one sentence; what stands after it is not run, as at the hour. */
async function findProblem(
  { system, deadlineMs = checkDeadlineMs }: RehearsingNeeds,
  { deployment, plan, server, checks, startsAt }: WantedCheck,
  signal: AbortSignal,
): Promise<string | null> {
  const deadline = AbortSignal.timeout(deadlineMs);
  for (const { task, step } of checks) {
    const until = AbortSignal.any([signal, deadline]);
    const check = system.check({ plan, task, deployment, startsAt }, until);
    const found = await Promise.race([check, givenUp(until)]);
    if (found === null) return `${server}: step ${step.id} did not finish in ${deadlineMs / 1_000} s`;
    if (found.state === 'failed') return `${server}: ${found.reason} (step ${step.id})`;
    if (found.state === 'not-run') return `${server}: step ${step.id} could not be run: ${found.reason}`;
  }
  return null;
}

/** Null once nobody waits any more: files that are on their way to a server cannot be called back. */
async function givenUp(until: AbortSignal): Promise<null> {
  return await new Promise((resolve) => {
    if (until.aborted) resolve(null);
    until.addEventListener('abort', () => resolve(null), { once: true });
  });
}
