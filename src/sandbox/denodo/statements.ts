import { describeDatabases, describeElement, readOptions } from './describe.ts';
import {
  addDatabase,
  databaseOf,
  databaseUri,
  findElement,
  invalidViews,
  putElement,
  removeElement,
  sourcesOf,
  VdpError,
  type VdpModel,
} from './model.ts';
import type { Table } from './wire.ts';

/** What a statement changes of its session. */
export interface VdpSession {
  database: string;
}

/** What a statement answers. */
export interface Answer {
  tag: string;
  table: Table | null;
}

type Perform = (model: VdpModel, session: VdpSession, found: Record<string, string>) => Answer | null;

const name = String.raw`"?(?<name>[\w.-]+)"?`;
const kinds = String.raw`(?<kind>DATASOURCE \w+|WRAPPER \w+|TABLE|INTERFACE VIEW|VIEW|ASSOCIATION|VQL PROCEDURE|MAP \w+|TYPE|TAG)`;

/** Every statement that this server knows; anything else is a syntax error. */
const known: [RegExp, Perform][] = [
  [/^SELECT 1$/is, () => ({ tag: 'SELECT 1', table: { columns: ['1'], rows: [['1']] } })],
  [pattern(String.raw`^CONNECT DATABASE ${name}$`), connectDatabase],
  [pattern(String.raw`^CREATE (?<replaces>OR REPLACE )?DATABASE ${name}(?: .*)?$`), createDatabase],
  [pattern(String.raw`^CREATE (?<replaces>OR REPLACE )?(?<rest>FOLDER '(?<path>/[^']*)'.*)$`), createFolder],
  [pattern(String.raw`^CREATE (?<replaces>OR REPLACE )?(?<rest>${kinds} ${name}(?:\b.*)?)$`), createElement],
  [
    pattern(String.raw`^ALTER DATASOURCE JDBC ${name} DATABASEURI = '(?<url>(?:[^']|'')*)'$`),
    alterDataSource,
  ],
  [pattern(String.raw`^ALTER DATABASE ${name} CACHE ON DATASOURCE "?(?<source>[\w.]+)"?$`), alterDatabase],
  [pattern(String.raw`^ALTER VIEW ${name} LAYOUT \(.*\)$`), alterView],
  [pattern(String.raw`^DROP ${kinds} (?<ifExists>IF EXISTS )?${name}(?<cascade> CASCADE)?$`), dropElement],
  [pattern(String.raw`^DESC VQL DATABASE(?: (?!\()${name})?(?<options> \(.*\))?$`), descDatabase],
  [pattern(String.raw`^DESC VQL DATASOURCE JDBC ${name}(?<options> \(.*\))?$`), descDataSource],
  [pattern(String.raw`^SELECT .* FROM GET_CACHE_CONFIGURATION\(\)$`), cacheConfiguration],
  [
    pattern(
      String.raw`^SELECT .* FROM GET_VIEWS\(\) WHERE input_database_name = '(?<name>(?:[^']|'')*)' AND input_retrieve_invalid_views_only = true$`,
    ),
    getInvalidViews,
  ],
];

/** Spaces stand for any white space. */
function pattern(source: string): RegExp {
  return new RegExp(
    source.replaceAll(' ', String.raw`\s+`).replaceAll(String.raw`\s+=\s+`, String.raw`\s*=\s*`),
    'is',
  );
}

/** Executes one statement, whole or not at all. Throws `VdpError` with the server's sentence. */
export function executeStatement(model: VdpModel, session: VdpSession, text: string): Answer {
  const statement = text.trim().replace(/;$/, '').trim();
  if (!/^CREATE\s+(?:OR\s+REPLACE\s+)?VQL\s/i.test(statement) && bare(statement).includes(';'))
    throw syntaxError(';');
  for (const [form, perform] of known) {
    const found = form.exec(statement);
    if (found) return perform(model, session, found.groups ?? {}) ?? { tag: 'OK', table: null };
  }
  throw syntaxError(/^\S*/.exec(statement)?.[0] ?? '');
}

function syntaxError(near: string): VdpError {
  return new VdpError(`Syntax error: Exception parsing query near '${near}'`);
}

/** Without what is quoted. */
function bare(statement: string): string {
  return statement.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '');
}

function connectDatabase(model: VdpModel, session: VdpSession, found: Record<string, string>): null {
  session.database = databaseOf(model, found['name'] ?? '').name;
  return null;
}

function createDatabase(model: VdpModel, _session: VdpSession, found: Record<string, string>): null {
  const database = found['name'] ?? '';
  if (!model.databases.has(database.toLowerCase())) addDatabase(model, database);
  else if (!found['replaces']) throw new VdpError(`Database '${database}' already exists`);
  return null;
}

function createFolder(model: VdpModel, session: VdpSession, found: Record<string, string>): null {
  return create(model, session, found, { kind: 'FOLDER', name: found['path'] ?? '' });
}

function createElement(model: VdpModel, session: VdpSession, found: Record<string, string>): null {
  const kind = (found['kind'] ?? '').toUpperCase().replaceAll(/\s+/g, ' ');
  const database = databaseOf(model, session.database);
  if (kind.includes('VIEW'))
    for (const source of sourcesOf(found['rest'] ?? ''))
      if (![...database.elements.values()].some((element) => element.name.toLowerCase() === source))
        throw new VdpError(`View '${source}' not found`);
  return create(model, session, found, { kind, name: found['name'] ?? '' });
}

function create(
  model: VdpModel,
  session: VdpSession,
  found: Record<string, string>,
  element: { kind: string; name: string },
): null {
  const database = databaseOf(model, session.database);
  if (!found['replaces'] && findElement(database, element.kind, element.name))
    throw new VdpError(`Duplicate object identifier: '${element.name}' already exists`);
  putElement(database, { ...element, definition: found['rest'] ?? '' });
  return null;
}

function alterDataSource(model: VdpModel, session: VdpSession, found: Record<string, string>): null {
  const database = databaseOf(model, session.database);
  const element = findElement(database, 'DATASOURCE JDBC', found['name'] ?? '');
  if (!element) throw new VdpError(`Data source '${found['name']}' not found`);
  const line = `DATABASEURI = '${found['url']}'`;
  const { definition } = element;
  const changed =
    databaseUri(definition) === null
      ? `${definition} ${line}`
      : definition.replace(/DATABASEURI\s*=\s*'(?:[^']|'')*'/i, () => line);
  putElement(database, { ...element, definition: changed });
  return null;
}

function alterDatabase(model: VdpModel, _session: VdpSession, found: Record<string, string>): null {
  databaseOf(model, found['name'] ?? '').cacheDataSource = found['source'] ?? null;
  return null;
}

function alterView(model: VdpModel, session: VdpSession, found: Record<string, string>): null {
  if (!findElement(databaseOf(model, session.database), 'VIEW', found['name'] ?? ''))
    throw new VdpError(`View '${found['name']}' not found`);
  return null;
}

function dropElement(model: VdpModel, session: VdpSession, found: Record<string, string>): null {
  const database = databaseOf(model, session.database);
  const kind = (found['kind'] ?? '').toUpperCase().replaceAll(/\s+/g, ' ');
  const element = findElement(database, kind, found['name'] ?? '');
  if (element) removeElement(database, element, Boolean(found['cascade']));
  else if (!found['ifExists']) throw new VdpError(`Element '${found['name']}' not found`);
  return null;
}

function descDatabase(model: VdpModel, _session: VdpSession, found: Record<string, string>): Answer {
  const database = found['name'];
  const names = database === undefined ? null : [databaseOf(model, database).name.toLowerCase()];
  return oneCell(describeDatabases(model, names, readOptions(found['options'] ?? '')));
}

function descDataSource(model: VdpModel, session: VdpSession, found: Record<string, string>): Answer {
  const [source = '', database = session.database] = (found['name'] ?? '').split('.').toReversed();
  const element = findElement(databaseOf(model, database), 'DATASOURCE JDBC', source);
  if (!element) throw new VdpError(`Data source '${source}' not found`);
  return oneCell(describeElement(element, readOptions(found['options'] ?? '')));
}

function oneCell(text: string): Answer {
  return { tag: 'SELECT 1', table: { columns: ['result'], rows: [[text]] } };
}

function cacheConfiguration({ cacheStatus, databases }: VdpModel): Answer {
  const own = [...databases.values()].flatMap(({ name: database, cacheDataSource }) =>
    cacheDataSource === null ? [] : [[database, 'ON', cacheDataSource]],
  );
  return rowsOf(
    ['database_name', 'status', 'datasource_name'],
    [[null, cacheStatus, 'vdpcachedatasource'], ...own],
  );
}

function getInvalidViews(model: VdpModel, _session: VdpSession, found: Record<string, string>): Answer {
  const views = invalidViews(databaseOf(model, found['name'] ?? ''));
  return rowsOf(
    ['name'],
    views.map((view) => [view.name]),
  );
}

function rowsOf(columns: string[], rows: (string | null)[][]): Answer {
  return { tag: `SELECT ${rows.length}`, table: { columns, rows } };
}
