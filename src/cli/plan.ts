import type { PlanningNeeds } from '../app/needs.ts';
import { planDeployment, type PlannedDeployment } from '../app/plan-deployment.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { processVariables, readEnvironment } from '../config/env.ts';
import { loadConfiguration } from '../config/load-configuration.ts';
import type { Configuration } from '../domain/environment.ts';
import type { PlannedTask } from '../domain/plan.ts';
import { revisionName } from '../domain/revision.ts';
import { plainText } from '../wording/plain.ts';
import { sayPlan } from '../wording/plan.ts';
import { sayRefusals } from '../wording/refusal.ts';
import type { CommonOptions } from './common-options.ts';
import { directoryOf, openCatalogBeside } from './data-directory.ts';
import { digestFile } from './digest-file.ts';

/** The flags of `plan`. */
export interface PlanOptions extends CommonOptions {
  environment: string;
  revision: string[];
  package?: string;
  servers?: string;
}

/** `plan`: prints the plan, its hash, preconditions and warnings. A refused plan is printed too, with exit code 1. */
export async function runPlan(options: PlanOptions): Promise<number> {
  const environment = readEnvironment(processVariables(), { needs: 'nothing' });
  const loaded = environment.ok ? loadConfiguration(options.config ?? environment.value.configFile) : null;
  if (!environment.ok || !loaded?.ok) {
    process.stderr.write(
      `${environment.ok ? (loaded?.ok === false ? loaded.faults.join('\n') : '') : environment.message}\n`,
    );
    return 2;
  }
  const dataDirectory = directoryOf(environment.value.databaseFile);
  const catalog = openCatalogBeside(dataDirectory, loaded.configuration);
  for (const problem of await catalog.refresh()) process.stderr.write(`warning: ${problem}\n`);
  const verdict = await planDeployment(planningNeeds(loaded.configuration, catalog), {
    environment: options.environment,
    selection: options.package === undefined ? options.revision : [...options.revision, options.package],
    servers: options.servers === undefined ? null : options.servers.split(','),
    person: null,
    startsAt: null,
  });
  if (!verdict.ok) {
    process.stderr.write(`${plainText(sayRefusals(verdict.refusals))}\n`);
    return 1;
  }
  process.stdout.write(options.format === 'json' ? asJson(verdict.value) : asText(verdict.value));
  return verdict.value.preconditions.every(({ ok }) => ok) ? 0 : 1;
}

/** Planning without a database: nothing is pinned, and nothing is known to be held. */
function planningNeeds(configuration: Configuration, catalog: Catalog): PlanningNeeds {
  return {
    store: null,
    configuration: () => configuration,
    findRevision: async (name, version) => await catalog.find(name, version),
    findPackage: (name, version) => catalog.findPackage(name, version),
    digestFile,
    pinRevision: async (_name, digest) => digest,
    heldMembers: async () => [],
    lockOf: async () => null,
    now: Date.now,
  };
}

function asJson({ plan, hash, preconditions, warnings }: PlannedDeployment): string {
  const tasks = plan.tasks.map(({ id, type, action, cluster, server, revision, step }) => ({
    seq: id,
    type,
    action,
    cluster,
    server,
    revision,
    step,
    note: '',
  }));
  const shown = {
    hash,
    environment: plan.environment.name,
    revisions: plan.revisions.map(revisionName),
    groups: plan.groups,
    tasks,
    preconditions: preconditions.map(({ rule, ok, message }) => ({ rule, ok, message: plainText(message) })),
    warnings: warnings.map(({ rule, message }) => ({ rule, message: plainText(message) })),
  };
  return `${JSON.stringify(shown)}\n`;
}

function asText({ plan, hash, preconditions, warnings }: PlannedDeployment): string {
  const lines = [
    `${plan.revisions.map(revisionName).join(', ')} → ${plan.environment.name}`,
    plainText(sayPlan(plan)),
    '',
    ...plan.tasks.map(taskLine),
    '',
    ...preconditions.map(({ ok, rule, message }) => `${ok ? 'ok ' : 'NO '} ${rule}: ${plainText(message)}`),
    ...warnings.map(({ rule, message }) => `warning ${rule}: ${plainText(message)}`),
    `plan ${hash}`,
  ];
  return `${lines.join('\n')}\n`;
}

function taskLine({ id, type, action, cluster, server, revision, step, group }: PlannedTask): string {
  const words = [action, server === null ? cluster : `${cluster}/${server}`, revision, step].filter(
    (word) => word !== null,
  );
  return `${String(id).padStart(4)}  ${type.padEnd(18)} ${words.join(' ')}${group === null ? ' (switched off)' : ''}`;
}
