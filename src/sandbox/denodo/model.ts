/** One element of a database, as it was created. */
export interface VdpElement {
  /** `VIEW`, `DATASOURCE JDBC`, `FOLDER`, … */
  kind: string;
  name: string;
  /** What followed `CREATE OR REPLACE`. */
  definition: string;
}

/** A database of the server, with its elements in the order in which they were made. */
export interface VdpDatabase {
  name: string;
  elements: Map<string, VdpElement>;
  /** The cache data source of its own; null where it uses that of the server. */
  cacheDataSource: string | null;
}

/** Everything that the server remembers. */
export interface VdpModel {
  databases: Map<string, VdpDatabase>;
  cacheStatus: 'ON' | 'OFF';
}

/** A sentence in the server's own words. */
export class VdpError extends Error {}

const cacheName = 'vdpcachedatasource';

/** A new server: one database, and the cache data source of the server in it. */
export function createModel(cacheUrl: string): VdpModel {
  const model: VdpModel = { databases: new Map(), cacheStatus: 'ON' };
  const admin = addDatabase(model, 'admin');
  const definition = [
    `DATASOURCE JDBC ${cacheName}`,
    `    DRIVERCLASSNAME = 'org.postgresql.Driver'`,
    `    DATABASEURI = '${cacheUrl}'`,
    `    USERNAME = 'cache'`,
    `    USERPASSWORD = 'Q2FjaGUtcGFzc3dvcmQ=' ENCRYPTED`,
  ].join('\n');
  putElement(admin, { kind: 'DATASOURCE JDBC', name: cacheName, definition });
  return model;
}

/** Adds an empty database. */
export function addDatabase(model: VdpModel, name: string): VdpDatabase {
  const database = { name, elements: new Map<string, VdpElement>(), cacheDataSource: null };
  model.databases.set(name.toLowerCase(), database);
  return database;
}

/** A database by its name. */
export function databaseOf(model: VdpModel, name: string): VdpDatabase {
  const database = model.databases.get(name.toLowerCase());
  if (!database) throw new VdpError(`Database '${name}' not found`);
  return database;
}

function keyOf(kind: string, name: string): string {
  return `${kind} ${name}`.toLowerCase();
}

/** Puts an element in its place; one that was there keeps its place in the order. */
export function putElement(database: VdpDatabase, element: VdpElement): void {
  database.elements.set(keyOf(element.kind, element.name), element);
}

/** An element by kind and name; null where there is none. */
export function findElement(database: VdpDatabase, kind: string, name: string): VdpElement | null {
  return database.elements.get(keyOf(kind, name)) ?? null;
}

/** Removes an element, and with `CASCADE` the views over it. */
export function removeElement(database: VdpDatabase, element: VdpElement, cascades: boolean): void {
  const users = usersOf(database, element);
  if (users[0] && !cascades)
    throw new VdpError(`Error removing element '${element.name}': it is used by '${users[0].name}'`);
  for (const user of users) removeElement(database, user, cascades);
  database.elements.delete(keyOf(element.kind, element.name));
}

function usersOf(database: VdpDatabase, { name }: VdpElement): VdpElement[] {
  return viewsOf(database).filter((view) => sourcesOf(view.definition).includes(name.toLowerCase()));
}

/** The views of a database. */
export function viewsOf(database: VdpDatabase): VdpElement[] {
  return [...database.elements.values()].filter(({ kind }) => /VIEW|TABLE/.test(kind));
}

/** Names of what a definition reads from. */
export function sourcesOf(definition: string): string[] {
  const plain = definition.replaceAll(/'(?:[^']|'')*'/g, "''");
  return [...plain.matchAll(/\b(?:FROM|JOIN)\s+"?([\w.]+)"?(?!\s*\()/gi)].map(({ 1: name = '' }) =>
    name.toLowerCase().replace(/^.*\./, ''),
  );
}

/** Views that read from something that is not there. */
export function invalidViews(database: VdpDatabase): VdpElement[] {
  const names = new Set([...database.elements.values()].map(({ name }) => name.toLowerCase()));
  return viewsOf(database).filter(({ definition }) =>
    sourcesOf(definition).some((source) => !names.has(source)),
  );
}

/** What is to be found of `DATABASEURI` in a definition. */
export function databaseUri(definition: string): string | null {
  return /DATABASEURI\s*=\s*'((?:[^']|'')*)'/i.exec(definition)?.[1]?.replaceAll("''", "'") ?? null;
}
