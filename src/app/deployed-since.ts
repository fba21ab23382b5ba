import { undoableServers } from '../domain/attempt/undoing.ts';
import { indexPlan } from '../domain/plan/plan-index.ts';
import type { Undoing } from '../domain/plan/plan.ts';
import type { Store } from '../store/store.ts';
import { loadDeployment } from './load-deployment.ts';

/** What a rollback is about. */
interface Undone {
  environment: string;
  undoes: Undoing;
}

/** Says what was deployed to a server that is to be restored after what is rolled back was there; null where nothing was. */
export async function deployedSince(store: Store, { environment, undoes }: Undone): Promise<string | null> {
  for (const { server, deployment } of await store.records(environment)) {
    if (deployment === undoes.deployment || !Object.hasOwn(undoes.servers, server)) continue;
    const summary = await store.summary(deployment);
    const plan = summary && (await store.plan(summary.planHash));
    if (plan?.undoes?.deployment !== undoes.deployment)
      return `#${deployment} was deployed to ${server} after #${undoes.deployment}.`;
  }
  return null;
}

/** Why a rollback that was asked for earlier would not restore the right servers now, in one sentence; null where it would. */
export async function undoesOtherNow(store: Store, undone: Undone): Promise<string | null> {
  const { deployment, servers } = undone.undoes;
  const loaded = await loadDeployment(store, deployment);
  if (!loaded.ok) return `#${deployment} cannot be found.`;
  const now = undoableServers(indexPlan(loaded.value.plan), await store.eventsAfter(deployment, 0));
  const isSame = Object.keys(now.servers).toSorted().join() === Object.keys(servers).toSorted().join();
  if (!isSame)
    return `#${deployment} changed other servers since, so this would not restore all of them. Roll it back anew.`;
  return await deployedSince(store, undone);
}
