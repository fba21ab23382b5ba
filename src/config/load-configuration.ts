import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

import type { Configuration } from '../domain/configured/configuration.ts';
import { checkTogether } from './checks/check-together.ts';
import { type Fault, sayPath } from './fault.ts';
import { normaliseConfiguration } from './normalise/configuration.ts';
import { configurationFile } from './schema/configuration.ts';
import { checkShape, parseStrictYaml } from './strict-yaml.ts';

/** A configuration that can be used, with the SHA-256 of the file's bytes, or everything that is wrong with the file, one line each. */
export type LoadedConfiguration =
  | { ok: true; configuration: Configuration; warnings: string[]; digest: string }
  | { ok: false; faults: string[] };

/** Reads the configuration file. Touches nothing but this file: no secret, catalogue, script or network. Never throws. */
export function loadConfiguration(file: string): LoadedConfiguration {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return {
      ok: false,
      faults: [`${file}: cannot be read (${code}); name the file with --config or LAMPLIGHTER_CONFIG`],
    };
  }
  const yaml = parseStrictYaml(bytes, file);
  if (yaml.data === undefined || yaml.data === null)
    return {
      ok: false,
      faults: yaml.faults.length > 0 ? yaml.faults : [`${basename(file)}:1:1 the file is empty`],
    };

  const shape = checkShape(yaml, configurationFile);
  const together = checkTogether(shape.salvaged).filter((found) => !isToldAlready(found, shape.faults));
  const faults = [...shape.faults, ...together.filter(({ isWarning }) => !isWarning)];
  if (shape.whole === null || faults.length > 0 || yaml.faults.length > 0)
    return { ok: false, faults: [...yaml.faults, ...yaml.say(faults)] };
  return {
    ok: true,
    configuration: normaliseConfiguration(shape.whole, file),
    warnings: yaml.say(together.filter(({ isWarning }) => isWarning)),
    digest: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** What is faulty counts as absent; within one cluster, or one limit, it is enough to tell the fault. */
function isToldAlready({ path, lacks = [], needs }: Fault, shapeFaults: Fault[]): boolean {
  const inCluster = path.slice(0, 4).join(' ');
  return shapeFaults.some(
    (known) =>
      sayPath(known.path) === needs ||
      (lacks.some((key) => key === known.path.at(-1)) && known.path.slice(0, 4).join(' ') === inCluster),
  );
}
