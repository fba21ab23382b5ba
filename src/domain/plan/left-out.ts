import type { Environment } from '../configured/environment.ts';
import type { Draft } from './denodo-tasks.ts';
import { liveClusters, mainRole } from './plan.ts';

/** What configuration leaves out, said in the plan so that nobody wonders (D-10, D-11, D-12). */
export function leftOut(environment: Environment): Draft[] {
  const base = { phase: null, on: null, action: null, revision: null, step: null, group: null };
  const live = new Set(liveClusters(environment).map((cluster) => cluster.name));
  return environment.clusters.flatMap((cluster): Draft[] => {
    if (!live.has(cluster.name))
      return [{ type: 'CLUSTER_DEPLOYMENT', ...base, cluster: cluster.name, server: null }];
    return cluster.servers
      .filter((server) => !server.enabled && server.role === mainRole(environment))
      .map((server) => ({ type: 'SERVER_DEPLOYMENT', ...base, cluster: cluster.name, server: server.name }));
  });
}
