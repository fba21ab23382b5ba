import type { CacheChoice } from '../events/happening.ts';
import type { ServerProblem } from '../events/server-problem.ts';
import { cacheToSwap } from '../plan/denodo-tasks.ts';
import type { Plan } from '../plan/plan.ts';
import { quote } from '../quote.ts';
import type { Run } from './run.ts';

/** What the first server of a deployment says about its cache decides for all: the other one is the next (D-47a). */
export function chooseCache(
  { environment, revisions }: Plan,
  { cache }: Pick<Run, 'cache'>,
  { server, inUse }: { server: string; inUse: string | null },
): CacheChoice | ServerProblem | null {
  const caches = cacheToSwap(environment, revisions);
  if (caches === null || cache !== null) return null;
  const { primaryUrl, secondaryUrl } = caches;
  if (inUse === primaryUrl) return { before: primaryUrl, next: secondaryUrl };
  if (inUse === secondaryUrl) return { before: secondaryUrl, next: primaryUrl };
  const message =
    inUse === null
      ? `${server} does not say which cache it uses`
      : `${server} uses ${quote(inUse)}, which is neither of the two configured caches`;
  return { server, message };
}
