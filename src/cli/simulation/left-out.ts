import type { Cluster, Server } from '../../domain/configured/environment.ts';
import { findServer, liveClusters, liveServers, mainRole, type Plan } from '../../domain/plan/plan.ts';
import { lineOf, type SimulatedLine } from './line.ts';

/** What was never part of a deployment: switched off, or not chosen (D-10, D-11, D-12). */
export function leftOutLines(plan: Plan, planned: ReadonlySet<string>): SimulatedLine[] {
  const { environment } = plan;
  const notChosen = liveClusters(environment).flatMap((cluster) => {
    const servers = liveServers(environment, cluster);
    const left = servers.filter(({ name }) => !planned.has(name));
    const lines = left.map((server) => serverLine(cluster, server, sayNotChosen(plan, server)));
    const why = 'none of its servers is part of this deployment';
    return left.length === servers.length ? [clusterLine(cluster.name, why), ...lines] : lines;
  });
  return [...notChosen, ...switchedOff(plan)];
}

function switchedOff({ environment, tasks }: Plan): SimulatedLine[] {
  return tasks
    .filter(({ phase }) => phase === null)
    .flatMap(({ cluster, server }) => {
      const found = server === null ? null : findServer(environment, server);
      if (found) return [serverLine(found.cluster, found.server, 'the server is switched off')];
      const isOff = environment.clusters.some(({ name, enabled }) => name === cluster && !enabled);
      const role = mainRole(environment) ?? '';
      return [
        clusterLine(cluster, isOff ? 'the cluster is switched off' : `it has no enabled ${role} server`),
      ];
    });
}

function sayNotChosen({ serverFilter }: Plan, { name }: Server): string {
  return serverFilter === null || serverFilter.includes(name)
    ? 'these revisions have nothing for it'
    : 'it is not among the chosen servers';
}

function clusterLine(cluster: string, note: string): SimulatedLine {
  return lineOf('CLUSTER_DEPLOYMENT', { cluster, state: 'skipped', note });
}

function serverLine(cluster: Cluster, server: Server, note: string): SimulatedLine {
  return lineOf('SERVER_DEPLOYMENT', { cluster: cluster.name, server: server.name, state: 'skipped', note });
}
