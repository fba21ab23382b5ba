import type { Configuration } from '../configured/configuration.ts';
import type { Value } from '../configured/connection.ts';
import type { Environment } from '../configured/environment.ts';
import { quote } from '../quote.ts';
import { adminRoles, type Person, refuseWithout } from '../roles.ts';
import type { MissingProperties } from '../rules/properties.ts';
import type { Refusal } from '../verdict.ts';
import { isDefined, type Properties } from './denodo-properties.ts';

/** A property that the configuration lacks, with the value that a person gave it. */
export interface FilledProperty {
  /** Null: the environment's own. */
  cluster: string | null;
  name: string;
  value: string;
}

/** A property that lacks a value, and where. */
export type Unfilled = Pick<FilledProperty, 'cluster' | 'name'>;

const longestName = 500;
const longestValue = 2_000;

/** The environment with what people filled in; where the configuration has a value, that one counts. */
export function withFilledProperties(environment: Environment, filled: FilledProperty[]): Environment {
  if (filled.length === 0) return environment;
  const added = (cluster: string | null, properties: Properties): Properties => ({
    ...properties,
    ...Object.fromEntries(
      filled
        .filter((property) => property.cluster === cluster && !isDefined(properties[property.name]))
        .map(({ name, value }) => [name, value]),
    ),
  });
  return {
    ...environment,
    properties: added(null, environment.properties),
    clusters: environment.clusters.map((cluster) => ({
      ...cluster,
      properties: added(cluster.name, cluster.properties),
    })),
  };
}

/** What a person may fill in of what is missing; a secret stays in the configuration. */
export function fillable(missing: MissingProperties): Unfilled[] {
  const everything = [
    ...missing.environment.map((name) => ({ cluster: null, name })),
    ...missing.clusters.flatMap(({ cluster, names }) => names.map((name) => ({ cluster, name }))),
  ];
  return everything.filter(({ name }) => !isSecretName(name));
}

/** Whether a property is called as passwords are: its value belongs in an environment variable or a file. */
export function isSecretName(name: string): boolean {
  return /(password|passphrase|secret|token|credential|privatekey|apikey)s?$/i.test(name);
}

/** Who may fill in: the admins of the environment. Null when this person may. */
export function refuseFiller(
  person: Person,
  configuration: Configuration,
  environment: Environment,
): Refusal | null {
  return refuseWithout(person, configuration, {
    environment,
    roles: adminRoles,
    rule: 'D-25',
    message: `Filling in properties of \`${environment.name}\` takes the role promotion_admin or global_admin.`,
  });
}

/** Why a value cannot be taken for a property; null when it can. */
export function refuseValue(environment: Environment, property: FilledProperty): Refusal | null {
  const message = problemOf(environment, property);
  if (message === null) return null;
  const wayOut = 'Write it in the configuration, a secret as { env: NAME } or { file: PATH }.';
  return { rule: 'D-25', message, liftedBy: 'global_admin, by changing the configuration', wayOut };
}

function problemOf(environment: Environment, { cluster, name, value }: FilledProperty): string | null {
  const found = cluster === null ? environment : environment.clusters.find((one) => one.name === cluster);
  if (!found) return `\`${environment.name}\` has no cluster ${quote(cluster ?? '')}.`;
  if (name.length > longestName || !/^[^\p{Cc}\s{}$'"`\\]+$/u.test(name))
    return `${quote(name)} is no name of a property.`;
  if (isSecret(found.properties[name]) || isSecretName(name))
    return `${name} is a secret, and secrets are never filled in here.`;
  if (isDefined(found.properties[name]))
    return `${name} has a value in the configuration, and that one counts.`;
  if (value === '' || value.length > longestValue)
    return `The value of ${name} has ${value.length} characters; 1 to ${longestValue} fit.`;
  if (/\p{Cc}/u.test(value)) return `The value of ${name} holds a line break or a control character.`;
  return isDefined(value) ? null : `${quote(value)} stands for a property without a value.`;
}

function isSecret(value: Value | undefined): boolean {
  return typeof value === 'object';
}
