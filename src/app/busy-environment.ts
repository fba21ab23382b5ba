import { plannedServers } from '../domain/plan/plan.ts';
import type { Busy } from '../domain/rules/rule.ts';
import type { Store } from '../store/store.ts';
import { loadDeployment } from './load-deployment.ts';

/** D-21: the other deployment that holds an environment, and how far it is; null where none does. */
export async function busyIn(store: Store, environment: string): Promise<Busy | null> {
  const lease = await store.lease(environment);
  if (!lease) return null;
  const loaded = await loadDeployment(store, lease.deployment);
  if (!loaded.ok) return null;
  const { deployment, plan } = loaded.value;
  const states = [...(deployment.run?.servers.values() ?? [])].map(({ state }) => state);
  const open = states.filter((state) => state === 'pending' || state === 'deploying').length;
  return {
    number: deployment.number,
    requestedBy: deployment.requestedBy,
    since: lease.since,
    done: states.length - open,
    servers: states.length || plannedServers(plan).length,
  };
}
