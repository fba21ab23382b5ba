import type { Environment, Strategy } from '../configured/environment.ts';
import { type Level, liveClusters, liveServers } from './plan.ts';

/** Servers are the group level while one cluster is live and in waves, clusters as soon as several are (D-36, D-55). */
export function groupLevel(environment: Environment): Level {
  if (environment.paradigm === 'simple' || environment.parallel) return 'server';
  return liveClusters(environment).length > 1 ? 'cluster' : 'server';
}

/** The strategy that counts at the live topology; `one-by-one` where none is configured. */
export function strategyOf(environment: Environment): Strategy {
  if (environment.paradigm === 'simple' || environment.parallel) return 'one-by-one';
  const strategy =
    groupLevel(environment) === 'cluster' ? environment.clusterStrategy : environment.serverStrategy;
  return strategy ?? 'one-by-one';
}

/** Groups of one, or two halves of which the first has ⌊n/2⌋ and at least one (D-37, D-39); a single member is one group. */
export function splitIntoGroups(members: string[], strategy: Strategy): string[][] {
  if (strategy === 'one-by-one' || members.length < 2) return members.map((member) => [member]);
  const half = Math.floor(members.length / 2);
  return [members.slice(0, half), members.slice(half)];
}

/** The members that will be changed, in groups: those with at least one chosen server. */
export function planGroups(environment: Environment, chosen: ReadonlySet<string>): string[][] {
  const clusters = liveClusters(environment);
  const members =
    groupLevel(environment) === 'cluster'
      ? clusters
          .filter((cluster) => liveServers(environment, cluster).some((server) => chosen.has(server.name)))
          .map((cluster) => cluster.name)
      : clusters.flatMap((cluster) =>
          liveServers(environment, cluster)
            .map((server) => server.name)
            .filter((name) => chosen.has(name)),
        );
  return splitIntoGroups(members, strategyOf(environment));
}
