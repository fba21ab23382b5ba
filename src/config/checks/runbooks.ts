import { expandServers } from '../expand-servers.ts';
import { type Fault, fault, type Path, warning } from '../fault.ts';
import { didYouMean } from '../issues.ts';
import type { Salvaged } from '../salvage.ts';
import type { EnvironmentFile } from '../schema/configuration.ts';
import { clustersOf, type EnvironmentContext, mainRoleOf, present } from './context.ts';
import { unknown } from './references.ts';

type Runbook = Salvaged<NonNullable<EnvironmentFile['runbooks']>[string]>;
type Step = NonNullable<NonNullable<Runbook['steps']>[number]>;

const ofPlace = ['server', 'cluster', 'environment'];
const ofDeployment = ['revision', 'version', 'deployment', 'date', 'component', 'backupPath'];

/** What the words of a manual step may name. */
const forPeople = [...ofPlace, 'revision', 'version'];

/** Steps that do nothing or two things, and placeholders that stand for nothing. */
export function checkRunbooks(context: EnvironmentContext): Fault[] {
  const { environment, path } = context;
  const steps = Object.entries(environment.runbooks ?? {}).flatMap(([name, runbook]) =>
    present(runbook?.steps).flatMap(({ item, index }) =>
      checkStep(context, item, [...path, 'runbooks', name, 'steps', index]),
    ),
  );
  const readBack = environment.readBack?.run;
  return [
    ...steps,
    ...(readBack === undefined
      ? []
      : checkPlaceholders(context, readBack, ofPlace, [...path, 'readBack', 'run'])),
    ...checkBackups(context),
  ];
}

function checkStep(context: EnvironmentContext, step: Step, path: Path): Fault[] {
  const shares = Object.keys(context.file.limits?.shares ?? {});
  const acts = (['run', 'manual', 'notify', 'reboot'] as const).filter(
    (key) => step[key] !== undefined && step[key] !== false,
  );
  const lines = (['run', 'unless', 'manual'] as const).flatMap((key) => {
    const line = step[key];
    return line === undefined
      ? []
      : checkPlaceholders(context, line, key === 'manual' ? forPeople : [...ofPlace, ...ofDeployment], [
          ...path,
          key,
        ]);
  });
  return [
    ...(acts.length === 1 || step.id === undefined
      ? []
      : [
          fault(
            path,
            `step ${step.id} needs exactly one of run, manual, notify and reboot${acts.length > 1 ? `, and has ${acts.join(' and ')}` : ''}`,
          ),
        ]),
    ...lines,
    ...unknown('share', step.share, shares, [...path, 'share']).map((found) => ({
      ...found,
      needs: `limits.shares.${step.share}`,
    })),
  ];
}

function checkPlaceholders(context: EnvironmentContext, line: string, fixed: string[], path: Path): Fault[] {
  const found = [...line.matchAll(/(\$?)\{([A-Za-z][A-Za-z0-9._-]*)\}/g)];
  const properties = propertiesOf(context);
  return found.flatMap(([, dollar, name = '']) => {
    const known = fixed.includes(name) || properties.everywhere.has(name);
    // `${NAME}` is the shell's own variable, unless our value would be put behind its dollar.
    if (dollar) return known ? [fault(path, `write {${name}} without the dollar`)] : [];
    if (known) return [];
    const lacking = properties.lackedBy.get(name);
    if (lacking !== undefined) return [fault(path, `{${name}} has no value for server ${lacking}`)];
    if (ofDeployment.includes(name))
      return [fault(path, `{${name}} stands for nothing here: this line is asked outside of steps`)];
    const near = didYouMean(name, [...fixed, ...properties.everywhere]);
    return [
      fault(
        path,
        `unknown placeholder {${name}}${near || `; where the brace is the shell's own, write { ${name} } with spaces`}`,
      ),
    ];
  });
}

/** Property names that every server of the main role has, and for the others one that lacks them. */
function propertiesOf(context: EnvironmentContext): {
  everywhere: Set<string>;
  lackedBy: Map<string, string>;
} {
  const role = mainRoleOf(context);
  const servers = clustersOf(context)
    .filter(({ cluster }) => cluster.enabled !== false)
    .flatMap(({ cluster }) =>
      expandServers(cluster)
        .filter(({ server }) => server.role === role)
        .map(({ name, server }) => ({
          name,
          given: { ...context.environment.properties, ...cluster.properties, ...server.properties },
        })),
    );
  const names = new Set([
    ...Object.keys(context.environment.properties ?? {}),
    ...servers.flatMap(({ given }) => Object.keys(given)),
  ]);
  const lackedBy = new Map<string, string>();
  for (const name of names) {
    const lacking = servers.find(({ given }) => !(name in given));
    if (lacking) lackedBy.set(name, lacking.name);
  }
  return { everywhere: new Set([...names].filter((name) => !lackedBy.has(name))), lackedBy };
}

function checkBackups({ environment, path }: EnvironmentContext): Fault[] {
  if (environment.system !== 'command' || environment.deployments?.backup?.when !== 'before') return [];
  return Object.entries(environment.runbooks ?? {}).flatMap(([name, runbook]) =>
    runbook === undefined ||
    runbook.backup === 'none' ||
    present(runbook.steps).some(({ item }) => item.kind === 'backup')
      ? []
      : [
          warning(
            [...path, 'runbooks', name],
            'backup.when is before, and this runbook has no step of kind backup; add one, or backup: none',
          ),
        ],
  );
}
