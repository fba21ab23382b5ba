import type { AppNeeds } from '../../src/app/needs.ts';
import type { RequestDeployment } from '../../src/app/request-deployment.ts';
import type { Configuration } from '../../src/domain/configured/configuration.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Revision } from '../../src/domain/revision.ts';
import type { Person } from '../../src/domain/roles.ts';
import { accept, refuse } from '../../src/domain/verdict.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { buildConfiguration, buildRevision } from './build.ts';

/** The use-cases on a real database in memory, with a clock that stands still until it is moved. */
export interface TestApp extends AppNeeds {
  clock: { now: number };
  world: {
    configuration: Configuration;
    revisions: Revision[];
    standing: Map<string, Person['standing']>;
    scripts: Map<string, string>;
  };
}

/** Tuesday 17 November 2026, 09:00 in Madrid. */
export const tuesdayMorning = Date.parse('2026-11-17T08:00:00Z');

/** Starts an app over environments; Ana may deploy, Ben and Admin may approve. */
export async function startApp(environments: Environment[], file = ':memory:'): Promise<TestApp> {
  const clock = { now: tuesdayMorning };
  const world: TestApp['world'] = {
    configuration: buildConfiguration(environments),
    revisions: [buildRevision({ author: 'U0ANA' }), buildRevision({ version: '3', digest: 'e'.repeat(64) })],
    standing: new Map(),
    scripts: new Map(),
  };
  const store = await openSqliteStore({
    file,
    migrationsFolder: 'migrations',
    now: () => clock.now,
  });
  return {
    store,
    clock,
    world,
    now: () => clock.now,
    configuration: () => world.configuration,
    findRevision: async (name, version) => {
      const found = world.revisions.find(
        (revision) => revision.name === name && revision.version === version,
      );
      const message = `There is no revision \`${name}@${version}\`.`;
      return found
        ? accept(found)
        : refuse({ rule: 'unknown-revision', message, liftedBy: 'the requester', wayOut: 'Choose another.' });
    },
    findPackage: (name, version) =>
      world.configuration.catalog.packages.find(
        (entry) => entry.name === name && entry.version === version,
      ) ?? null,
    digestFile: async (path) => world.scripts.get(path) ?? `digest of ${path}`,
    pinRevision: async (name, digest) => await store.pinRevision(name, digest, clock.now),
    heldMembers: async () => [],
    lockOf: async (environment) => await store.lock(environment),
    findPerson: async (id) => ({
      id,
      name: id,
      timezone: 'Europe/Madrid',
      standing: world.standing.get(id) ?? 'member',
      usergroups: [],
    }),
  };
}

let keys = 0;

/** A request of Ana's for shop@2, now. */
export function buildRequest(more: Partial<RequestDeployment> = {}): RequestDeployment {
  keys += 1;
  return {
    key: `key-${keys}`,
    by: 'U0ANA',
    environment: 'shop',
    selection: ['shop@2'],
    servers: null,
    startsAt: null,
    typed: null,
    zone: 'Europe/Madrid',
    reason: 'a new page',
    acceptedWarnings: 0,
    shownHash: null,
    ...more,
  };
}
