import { type StandIn, startStandIn, type StandInOptions } from './recorded-table.ts';

/** The changes that the next synchronisation finds. */
export interface CatalogWorld {
  changes: { inserted: string[]; removed: string[]; modified: string[] };
  /** Every body that was sent, oldest first. */
  bodies: unknown[];
}

/** A stand-in for a Data Catalog of version 7, below `/denodo-data-catalog`, and for the later path. */
export async function startCatalogServer(
  options: Omit<StandInOptions, 'entries' | 'refusal'>,
  world: CatalogWorld,
): Promise<StandIn> {
  const synchronise = (body: unknown) => {
    world.bodies.push(body);
    const found = world.changes;
    world.changes = { inserted: [], removed: [], modified: [] };
    return found;
  };
  return await startStandIn({
    ...options,
    refusal: 403,
    entries: [
      {
        method: 'POST',
        path: '/denodo-data-catalog/apirest/synchronize',
        source: 'Denodo Data Catalog 7.0, REST API, «Synchronize Elements with the Server»',
        answer: ({ body }) => {
          const ws = { inserted: [], removed: [], modified: [] };
          return {
            status: 200,
            body: { result: 'OK', data: { view: synchronise(body), ws }, message: 'OK' },
          };
        },
      },
      {
        method: 'POST',
        path: '/denodo-data-catalog/public/api/element-management/:elements/synchronize',
        source: 'Denodo Data Marketplace 9.5.1, POST /public/api/element-management/{type}/synchronize',
        answer: ({ body }) => ({ status: 200, body: synchronise(body) }),
      },
    ],
  });
}
