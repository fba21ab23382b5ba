import { type Fault, fault, type Path } from '../fault.ts';
import { clustersOf, type EnvironmentContext, present } from './context.ts';

const scripts = [
  'disableServer',
  'enableServer',
  'statusServer',
  'disableCluster',
  'enableCluster',
  'statusCluster',
] as const;

/** `${NAME}` in what a script is given: no shell stands between, so the script would get it letter by letter. */
export function checkShellVariables(context: EnvironmentContext): Fault[] {
  const { environment, path } = context;
  const literals = scripts.flatMap((key) =>
    present(environment.scripts?.[key]?.args).flatMap(({ item, index }) =>
      'literal' in item ? checkText(item.literal, [...path, 'scripts', key, 'args', index, 'literal']) : [],
    ),
  );
  const variables = clustersOf(context).flatMap(({ cluster, path: where }) => [
    ...checkTexts(cluster.variables, [...where, 'variables']),
    ...checkTexts(cluster.serverTemplate?.variables, [...where, 'serverTemplate', 'variables']),
    ...present(cluster.servers).flatMap(({ item, index }) =>
      checkTexts(item.variables, [...where, 'servers', index, 'variables']),
    ),
  ]);
  return [...literals, ...variables];
}

function checkTexts(texts: Record<string, unknown> | undefined, path: Path): Fault[] {
  return Object.entries(texts ?? {}).flatMap(([name, text]) => checkText(text, [...path, name]));
}

function checkText(text: unknown, path: Path): Fault[] {
  const name = typeof text === 'string' ? /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/.exec(text)?.[1] : undefined;
  if (name === undefined) return [];
  return [fault(path, `\${${name}} is not replaced here; write { env: ${name} }`)];
}
