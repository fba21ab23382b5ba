import type { VdpDatabase, VdpElement, VdpModel } from './model.ts';

/** How elements are written out: the defaults are Denodo's own. */
interface DescribeOptions {
  includesCreateDatabase: boolean;
  drops: boolean;
  replaces: boolean;
}

/** Reads `('dropElements'='no', …)`. */
export function readOptions(text: string): DescribeOptions {
  const isYes = (name: string, standard: boolean): boolean => {
    const found = new RegExp(String.raw`'${name}'\s*=\s*'(yes|no)'`, 'i').exec(text)?.[1];
    return found === undefined ? standard : found.toLowerCase() === 'yes';
  };
  return {
    includesCreateDatabase: isYes('includeCreateDatabase', false),
    drops: isYes('dropElements', true),
    replaces: isYes('replaceExistingElements', false),
  };
}

/** The script that makes databases again, as an export does. */
export function describeDatabases(
  { databases }: VdpModel,
  names: string[] | null,
  options: DescribeOptions,
): string {
  const chosen = [...databases.values()].filter(
    ({ name }) => names === null || names.includes(name.toLowerCase()),
  );
  return [
    '# Generated with a stand-in of Denodo.',
    'ENTER SINGLE USER MODE;',
    ...chosen.map((database) => describeDatabase(database, options)),
    'EXIT SINGLE USER MODE;',
    '',
  ].join('\n');
}

function describeDatabase({ name, elements }: VdpDatabase, options: DescribeOptions): string {
  const create = options.includesCreateDatabase && name !== 'admin';
  return [
    ...(create ? [`CREATE ${options.replaces ? 'OR REPLACE ' : ''}DATABASE ${name} '';`] : []),
    `CONNECT DATABASE ${name};`,
    ...[...elements.values()].map((element) => describeElement(element, options)),
  ].join('\n');
}

/** The statements that make one element again. */
export function describeElement({ kind, name, definition }: VdpElement, options: DescribeOptions): string {
  const drop = kind === 'FOLDER' ? '' : `DROP ${kind} IF EXISTS ${name} CASCADE;\n`;
  return `${options.drops ? drop : ''}CREATE ${options.replaces ? 'OR REPLACE ' : ''}${definition};\n`;
}
