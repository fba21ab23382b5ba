import type { Cluster } from '../configured/environment.ts';
import { schedulerProperties, vqlProperties } from '../plan/denodo-properties.ts';
import { enabledSchedulers } from '../plan/denodo-tasks.ts';
import { type Plan, plannedClusters } from '../plan/plan.ts';
import type { Refusal, Warning } from '../verdict.ts';
import type { PreconditionFacts, Rule } from './rule.ts';

/** What a plan's revisions name and the environment gives no value. */
export interface MissingProperties {
  /** Of the environment, in the order in which the revisions name them. */
  environment: string[];
  /** Of each cluster that lacks any. */
  clusters: { cluster: string; names: string[] }[];
}

const isConcerned = ({ plan }: PreconditionFacts): boolean =>
  plan.environment.system === 'denodo' && !plan.undoes;

/** Every property that the VQL and the tasks name has a value (D-25, D-26). */
export const propertyRules: Rule[] = [
  {
    rule: 'D-25',
    holds: 'The environment defines all Virtual DataPort properties of the revisions.',
    concerns: isConcerned,
    check: checkVql,
  },
  {
    rule: 'D-26',
    holds: 'Every cluster defines all Scheduler properties of the revisions.',
    concerns: isConcerned,
    check: checkScheduler,
  },
];

/** Says what has to be filled in; a revision that drops is not parameterised. */
export function missingProperties(plan: Plan): MissingProperties {
  const { environment } = plan;
  if (environment.system !== 'denodo' || plan.undoes) return { environment: [], clusters: [] };
  const inVql = vqlProperties(environment);
  return {
    environment: vqlNames(plan).filter((name) => !Object.hasOwn(inVql, name)),
    clusters: plannedClusters(plan)
      .filter((cluster) => enabledSchedulers(environment, cluster).length > 0)
      .map((cluster) => ({ cluster: cluster.name, names: missingOf(plan, cluster) }))
      .filter(({ names }) => names.length > 0),
  };
}

function missingOf(plan: Plan, cluster: Cluster): string[] {
  const given = schedulerProperties(cluster);
  const named = created(plan).flatMap(({ tasks }) => tasks.flatMap(({ properties }) => properties));
  return [...new Set(named)].filter((name) => !Object.hasOwn(given, name));
}

function vqlNames(plan: Plan): string[] {
  return [...new Set(created(plan).flatMap(({ vql }) => vql?.properties ?? []))];
}

/** Parts of the revisions that create. */
function created({ revisions }: Plan): Plan['revisions'][number]['parts'][string][] {
  return revisions
    .filter(({ operation }) => operation === 'create')
    .flatMap(({ parts }) => Object.values(parts));
}

const whoFills = 'promotion_admin or global_admin, by filling them in or in the configuration';

function checkVql({ plan }: PreconditionFacts): Refusal | null {
  const { environment } = missingProperties(plan);
  if (environment.length === 0) return null;
  return {
    rule: 'D-25',
    message: `Missing VQL properties: ${environment.join(', ')}. Some Virtual DataPort properties required by the revision are not defined in the target environment.`,
    liftedBy: whoFills,
    wayOut: `Define them under properties of \`${plan.environment.name}\`; a secret as { env: NAME } or { file: PATH }.`,
  };
}

function checkScheduler({ plan }: PreconditionFacts): Refusal | null {
  const { clusters } = missingProperties(plan);
  if (clusters.length === 0) return null;
  return {
    rule: 'D-26',
    message: clusters
      .map(({ cluster, names }) => `Missing Scheduler properties on cluster ${cluster}: ${names.join(', ')}.`)
      .join(' '),
    liftedBy: whoFills,
    wayOut: 'Define them under properties of each of these clusters.',
  };
}

/** A value at a cluster that VQL would name is not used there, and nobody should believe it is (D-61). */
export function unusedProperties(plan: Plan): Warning[] {
  const { environment } = plan;
  if (environment.system !== 'denodo' || plan.undoes) return [];
  const named = new Set(vqlNames(plan));
  const places = environment.clusters.flatMap(({ name, properties, servers }) => [
    { place: `cluster ${name}`, properties },
    ...servers.map((server) => ({ place: `server ${server.name}`, properties: server.properties })),
  ]);
  return places.flatMap(({ place, properties }) =>
    Object.keys(properties)
      .filter((name) => named.has(name))
      .map((name) => ({
        rule: 'D-61',
        message: `The value of ${name} at ${place} is not used: Virtual DataPort properties are those of the environment. What differs between clusters, such as a cache, is configured on the servers by hand.`,
      })),
  );
}

/** A script that has values of its own in it is the same everywhere, and that may be meant or forgotten. */
export function unparameterised(plan: Plan): Warning[] {
  if (plan.environment.system !== 'denodo' || plan.undoes) return [];
  return created(plan).some(({ vql }) => vql !== null && !vql.isParameterised && vql.properties.length === 0)
    ? [
        {
          rule: 'D-25',
          message:
            'The selected VQL file does not include Virtual DataPort properties. Do you want to continue?',
        },
      ]
    : [];
}
