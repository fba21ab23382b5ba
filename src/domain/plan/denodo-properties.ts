import type { Value } from '../configured/connection.ts';
import type { Cluster, Environment } from '../configured/environment.ts';

/** What stands for a property that a file names and gives no value: it counts as missing (D-25). */
const undefinedWord = 'undefined';

/** Values of properties by name. */
export type Properties = Record<string, Value>;

/** What VQL may name: the environment's alone, because every server executes the same (D-61). */
export function vqlProperties({ properties }: Environment): Properties {
  return defined(properties);
}

/** What tasks of a Scheduler may name: the properties of its cluster (D-26). */
export function schedulerProperties({ properties }: Cluster): Properties {
  return defined(properties);
}

/** Whether a property is there with a value. */
export function isDefined(value: Value | undefined): boolean {
  return value !== undefined && value !== undefinedWord;
}

function defined(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => isDefined(value)));
}
