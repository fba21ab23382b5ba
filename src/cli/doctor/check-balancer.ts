import type { Balancer } from '../../balancer/balancer.ts';
import type { MemberStatus } from '../../domain/attempt/judge-group.ts';
import type { Environment } from '../../domain/configured/environment.ts';
import { groupLevel } from '../../domain/plan/plan-groups.ts';
import { liveMembers } from '../../domain/plan/plan.ts';
import { type Finding, reportOn } from './finding.ts';

const report = reportOn('balancer');

/** Asks the load balancer for every member of the environments that have a status script. */
export async function checkBalancer(
  environments: Environment[],
  balancer: Pick<Balancer, 'status'>,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const environment of environments) found.push(...(await askMembers(environment, balancer)));
  return found;
}

async function askMembers(environment: Environment, balancer: Pick<Balancer, 'status'>): Promise<Finding[]> {
  if (environment.paradigm === 'simple') return [];
  const level = groupLevel(environment);
  const { statusServer, statusCluster } = environment.scripts;
  if ((level === 'cluster' ? statusCluster : statusServer) === null)
    return [
      report.warning(
        environment.name,
        `has no status script: nothing can say what takes requests; configure scripts.status${level === 'cluster' ? 'Cluster' : 'Server'}`,
      ),
    ];
  const signal = new AbortController().signal;
  return await Promise.all(
    liveMembers(environment, level).map(async (member) =>
      judgeMember(
        `${environment.name}/${member}`,
        await balancer.status({ environment, level }, member, signal),
      ),
    ),
  );
}

/** What the status script's word means before a deployment. */
export function judgeMember(name: string, status: MemberStatus): Finding {
  switch (status) {
    case 'up':
      return report.ok(name, 'takes requests');
    case 'drain':
    case 'down':
      return report.warning(
        name,
        `the load balancer says ${status}: it takes no requests, and counts as out of service`,
      );
    case 'unknown':
      return report.fault(
        name,
        'the status script gave no clear answer (up, drain or down) in its time; run it by hand',
      );
  }
}
