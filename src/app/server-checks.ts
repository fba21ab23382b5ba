import { type WantedCheck, wantedChecks } from '../domain/deployment/opening-checks.ts';
import { accept, refuse } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { loadDeployment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';

/** What the checks of a server found. */
export interface CheckFound extends Pick<WantedCheck, 'deployment' | 'server' | 'askedAt'> {
  /** Null where all is well; else one sentence that names the server. */
  problem: string | null;
}

/** A rehearsal under way is looked at again within this time. */
const horizonMs = 10 * 60_000;

/** The servers of all rehearsals under way whose runbooks are still to look at something. */
export async function checksWanted({ store, now }: Pick<AppNeeds, 'store' | 'now'>): Promise<WantedCheck[]> {
  const numbers = await store.havingDue('rehearsal-end', now() + horizonMs);
  const loaded = await Promise.all(numbers.map(async (number) => await loadDeployment(store, number)));
  return loaded.flatMap((each) => (each.ok ? wantedChecks(each.value.deployment, each.value.plan) : []));
}

/** Writes what was found, once for each rehearsal; nothing where that one is over, or another one has begun. */
export async function recordCheck(
  needs: Pick<AppNeeds, 'store' | 'now'>,
  { deployment: number, server, askedAt, problem }: CheckFound,
): Promise<void> {
  await decide<null>(needs, number, ({ deployment, plan }) => {
    const isWanted = wantedChecks(deployment, plan).some(
      (wanted) => wanted.server === server && wanted.askedAt === askedAt,
    );
    if (!isWanted)
      return refuse({ rule: 'rehearsal', message: 'nobody waits for it', liftedBy: 'nobody', wayOut: '' });
    return accept({ events: [{ type: 'server_checked', server, problem }], answer: null });
  });
}
