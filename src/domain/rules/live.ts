import { findServer, liveClusters, liveMembers, liveServers, mainRole } from '../plan/plan.ts';
import { quote } from '../quote.ts';
import type { Refusal } from '../verdict.ts';
import { byConfiguration, type PreconditionFacts, type Rule } from './rule.ts';

/** Whether there is anything to deploy to (D-22). */
export const liveRule: Rule = {
  rule: 'D-22',
  holds: 'At least one enabled cluster has an enabled server.',
  check: checkLive,
};

/** Whether the file says what is live (D-27). */
export const topologyRule: Rule = {
  rule: 'D-27',
  holds: 'The configuration matches the live topology.',
  check: checkTopology,
};

/** Whether the chosen servers can be deployed to. */
export const filterRule: Rule = {
  rule: 'servers',
  holds: 'Every chosen server can be deployed to.',
  check: checkFilter,
};

/** Law 5, as far as it can be known beforehand: the floor is counted again on the spot before each group. */
export const capacityRule: Rule = {
  rule: 'law-5',
  holds: 'The capacity floor holds in every group.',
  check: checkCapacity,
};

function checkLive({ plan: { environment } }: PreconditionFacts): Refusal | null {
  if (liveClusters(environment).length > 0) return null;
  return {
    rule: 'D-22',
    message: `\`${environment.name}\` has no enabled cluster with an enabled ${mainRole(environment) ?? ''} server.`,
    liftedBy: byConfiguration,
    wayOut: 'Enable a cluster and a server in it.',
  };
}

function checkTopology({ plan: { environment } }: PreconditionFacts): Refusal | null {
  const live = liveClusters(environment);
  const expected = environment.topology === 'single-cluster' ? live.length <= 1 : live.length > 1;
  if (expected || live.length === 0) return null;
  const names = live.map((cluster) => cluster.name).join(', ');
  const message =
    environment.topology === 'single-cluster'
      ? `The configuration is for a single cluster, but ${live.length} enabled clusters have enabled servers (${names}).`
      : `The configuration is for several clusters, but only one enabled cluster has enabled servers (${names}).`;
  return {
    rule: 'D-27',
    message,
    liftedBy: byConfiguration,
    wayOut: 'Set deployments.topology to what is live.',
  };
}

function checkFilter({ plan }: PreconditionFacts): Refusal | null {
  const { environment, serverFilter } = plan;
  if (serverFilter === null) return null;
  const live = liveClusters(environment).flatMap((cluster) => liveServers(environment, cluster));
  const wrong = serverFilter.filter((name) => !live.some((server) => server.name === name));
  if (wrong.length === 0 && serverFilter.length > 0) return null;
  const sentences = wrong.map((name) =>
    findServer(environment, name)
      ? `server ${name} is switched off or has another role`
      : `there is no server ${quote(name)} in \`${environment.name}\``,
  );
  return {
    rule: 'servers',
    message: `${sentences.join('; ') || 'no server was chosen'}.`,
    liftedBy: 'the requester',
    wayOut: `Choose among ${live.map((server) => server.name).join(', ')}.`,
  };
}

function checkCapacity({ plan }: PreconditionFacts): Refusal | null {
  if (plan.environment.paradigm === 'simple') return null;
  const total = liveMembers(plan.environment, plan.level).length;
  const largest = Math.max(0, ...plan.groups.map((group) => group.length));
  if (largest === 0 || total - largest >= plan.minInService) return null;
  return {
    rule: 'law-5',
    message: `Taking ${largest} of ${total} ${plan.level}s out leaves ${total - largest} in service, and the floor is ${plan.minInService}.`,
    liftedBy: byConfiguration,
    wayOut: 'Lower deployments.minInService, add members, or deploy one by one.',
  };
}
