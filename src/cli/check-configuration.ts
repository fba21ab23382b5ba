import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';

import type { Catalog } from '../catalog/catalog.ts';
import { loadConfiguration } from '../config/load-configuration.ts';
import type { Script } from '../domain/configured/balancer-scripts.ts';
import type { CatalogSource, Configuration } from '../domain/configured/configuration.ts';
import type { Environment } from '../domain/configured/environment.ts';
import { type Revision, revisionName } from '../domain/revision.ts';

/**
 * Everything that can be known of a configuration from this machine: the file, the catalogue with its repositories, the
 * scripts. Reads no secret, and changes nothing but the copies of repositories.
 */
export async function checkConfiguration(
  file: string,
  openCatalog: (configuration: Configuration) => Catalog,
): Promise<{ faults: string[]; warnings: string[] }> {
  const loaded = loadConfiguration(file);
  if (!loaded.ok) return { faults: loaded.faults, warnings: [] };
  const { configuration, warnings } = loaded;
  const catalog = await checkCatalog(configuration, openCatalog(configuration));
  return {
    faults: [...catalog.faults, ...(await checkScripts(configuration))],
    warnings: [
      ...warnings,
      ...catalog.warnings,
      ...configuration.notExecuted.map((key) => `${key} is configured, and this version does not execute it`),
      ...configuration.environments.flatMap(sayNotExecuted),
    ],
  };
}

function sayNotExecuted({ name, notExecuted }: Environment): string[] {
  if (notExecuted.length === 0) return [];
  return [
    `requests for ${name} are refused, because this version does not execute ${notExecuted.join(', ')}`,
  ];
}

async function checkCatalog(
  configuration: Configuration,
  catalog: Catalog,
): Promise<{ faults: string[]; warnings: string[] }> {
  const faults = await catalog.refresh();
  const warnings: string[] = [];
  const packaged = configuration.catalog.packages.flatMap(({ revisions }) => revisions);
  const listed = (await catalog.list())
    .map(({ name }) => name)
    .filter(
      (name) => !configuration.catalog.packages.some((item) => `${item.name}@${item.version}` === name),
    );
  for (const entry of new Set([...listed, ...packaged])) {
    const at = entry.lastIndexOf('@');
    const found = await catalog.find(entry.slice(0, at), entry.slice(at + 1));
    if (found.ok) faults.push(...checkParts(configuration.environments, found.value));
    else
      for (const { rule, message } of found.refusals)
        (rule === 'not-executed' ? warnings : faults).push(message);
  }
  for (const { name, source } of configuration.catalog.revisions)
    if (!listed.some((item) => item.startsWith(`${name}@`))) faults.push(sayNoVersion(name, source));
  return { faults, warnings: [...new Set(warnings)] };
}

function sayNoVersion(name: string, source: CatalogSource): string {
  const where = source.type === 'directory' ? source.path : `${source.repository} (tags ${source.tag})`;
  return `catalog.revisions: ${where} holds no version of ${name}`;
}

/** A part is for an environment that has its payload; the runbook it names must be there too. */
function checkParts(environments: Environment[], revision: Revision): string[] {
  const name = revisionName(revision);
  return Object.entries(revision.parts).flatMap(([part, { runbook }]) => {
    const takers = environments.filter(({ payloads }) => payloads.some((payload) => payload.part === part));
    if (takers.length === 0) return [`${name}: no environment has a payload "${part}"`];
    if (runbook === null || takers.some(({ runbooks }) => runbooks[runbook])) return [];
    return [
      `${name}: ${takers.map((taker) => taker.name).join(' and ')} ${takers.length > 1 ? 'have' : 'has'} no runbook "${runbook}"`,
    ];
  });
}

async function checkScripts({ environments }: Configuration): Promise<string[]> {
  const scripts = environments.flatMap((environment) =>
    Object.entries(environment.scripts).flatMap(([key, script]: [string, Script | null]) =>
      script === null ? [] : [{ where: `environments.${environment.name}.scripts.${key}`, path: script.run }],
    ),
  );
  const faults = await Promise.all(
    scripts.map(async ({ where, path }) => {
      const reason = await whyNotRunnable(path);
      return reason === null ? [] : [`${where}: ${path} ${reason}`];
    }),
  );
  return faults.flat();
}

async function whyNotRunnable(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (!found) return 'is not there';
  if (!found.isFile()) return 'is no file';
  const runnable = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  return runnable ? null : 'is not executable; run chmod +x';
}
