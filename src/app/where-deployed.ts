import { revisionName } from '../domain/revision.ts';
import type { AppNeeds } from './needs.ts';

/** Where a revision or package was deployed to last. */
export interface DeployedTo {
  environment: string;
  servers: number;
}

/**
 * For each revision and package, by name, the environments in which it is what a server was last deployed to with, and
 * what came of that is known. Of a package each of its revisions counts as well.
 */
export async function whereDeployed(needs: AppNeeds): Promise<Map<string, DeployedTo[]>> {
  const where = new Map<string, DeployedTo[]>();
  for (const { name: environment } of needs.configuration().environments) {
    const records = await needs.store.records(environment);
    const counts = new Map<number, number>();
    for (const { deployment, readBack } of records)
      if (readBack !== null) counts.set(deployment, (counts.get(deployment) ?? 0) + 1);
    const servers = new Map<string, number>();
    for (const [deployment, count] of counts)
      for (const name of await namesIn(needs, deployment))
        servers.set(name, (servers.get(name) ?? 0) + count);
    for (const [name, count] of servers)
      where.set(name, [...(where.get(name) ?? []), { environment, servers: count }]);
  }
  return where;
}

/** None of a rollback: what its servers run is what was there before. */
async function namesIn({ store }: AppNeeds, deployment: number): Promise<string[]> {
  const summary = await store.summary(deployment);
  const plan = summary && (await store.plan(summary.planHash));
  if (!plan || plan.undoes) return [];
  return [...plan.revisions.map(revisionName), ...(plan.package === null ? [] : [plan.package])];
}
