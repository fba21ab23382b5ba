import { indexPlan } from '../domain/plan/plan-index.ts';
import { liveMembers, type Plan } from '../domain/plan/plan.ts';

/** The fewest members that are in service at any moment of a deployment, as far as a plan knows beforehand. */
export interface Worst {
  inService: number;
  of: number;
  floor: number;
  level: Plan['level'];
}

/** The worst moment of a plan; null where no member ever leaves the load balancer. */
export function worstMoment(plan: Plan): Worst | null {
  const { environment, level, minInService: floor } = plan;
  if (environment.paradigm === 'simple' || plan.groups.length === 0) return null;
  const of = liveMembers(environment, level).length;
  const out = environment.parallel
    ? outInWaves(plan, environment.parallel.clustersInFlight)
    : Math.max(...plan.groups.map((group) => group.length));
  // In waves no server leaves while the floor would be broken; in groups the plan is refused for it.
  const inService = environment.parallel ? Math.max(of - out, Math.min(floor, of)) : of - out;
  return { inService, of, floor, level };
}

function outInWaves(plan: Plan, inFlight: number): number {
  const most = indexPlan(plan).waves.map(({ groups, atOnce }) => Math.min(groups.length, atOnce));
  return most
    .toSorted((one, other) => other - one)
    .slice(0, inFlight)
    .reduce((sum, out) => sum + out, 0);
}

/** `At the worst moment 1 of 2 clusters is in service; the floor is 1`; null where the load balancer is left alone. */
export function sayWorstMoment(plan: Plan): string | null {
  const worst = worstMoment(plan);
  if (worst === null) return null;
  const { inService, of, floor, level } = worst;
  const verb = inService === 1 ? 'is' : 'are';
  return `*At the worst moment* ${inService} of ${of} ${of === 1 ? level : `${level}s`} ${verb} in service; the floor is ${floor}`;
}

/** The scripts that take members out and put them back; null where none is run. */
export function sayScripts({ environment, level }: Plan): string | null {
  if (environment.paradigm === 'simple') return null;
  const { disableCluster, enableCluster, statusCluster, disableServer, enableServer, statusServer } =
    environment.scripts;
  const used =
    level === 'cluster'
      ? [disableCluster, enableCluster, statusCluster]
      : [disableServer, enableServer, statusServer];
  // As the thread names them: their paths are the bot's machine's, and of three such lines a phone shows little.
  const names = used.flatMap((script) => script?.run.split('/').at(-1) ?? []);
  return names.length === 0 ? null : `*Load balancer*: ${names.join(', ')}`;
}
