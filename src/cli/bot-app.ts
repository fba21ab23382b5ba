import type { Logger } from 'pino';

import type { AppNeeds, CatalogEntry } from '../app/needs.ts';
import { makePlan } from '../domain/plan/make-plan.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { type Revision, revisionName } from '../domain/revision.ts';
import type { Slack } from '../slack/connection/connect.ts';
import { createPeople, createPeopleOfRole } from '../slack/people.ts';
import type { Store } from '../store/store.ts';
import type { CurrentConfiguration } from './current-configuration.ts';
import { digestFile } from './digest-file.ts';

/** What the use-cases need, over the configuration in force at the moment of asking. */
export interface BotApp {
  needs: AppNeeds;
  /** Everybody who holds a role now. */
  peopleOfRole: (role: string) => Promise<string[]>;
  listCatalog: () => Promise<CatalogEntry[]>;
  /** A plan of an environment without any revision, for a look at its servers; null where there is no such environment. */
  planToInspect: (environment: string) => Plan | null;
  /** Null when the revision's files are still those that were signed; else a sentence. */
  findRevisionChange: (revision: Revision) => Promise<string | null>;
}

const nothing = { revisions: [], package: null, scriptDigests: {}, serverFilter: null, undoes: null };

/** Wires memory, people, catalogue and clock for the use-cases. */
export function createApp(
  { store, log }: { store: Store; log: Logger },
  slack: Slack,
  current: CurrentConfiguration,
): BotApp {
  const now = Date.now;
  const { configuration, catalog } = current;
  const people = {
    client: slack.lookUpClient,
    teamId: async () => await slack.teamId(),
    configuration,
    now,
    log,
  };
  const findPerson = createPeople(people);
  const peopleOfRole = createPeopleOfRole({ ...people, findPerson });
  const needs: AppNeeds = {
    store,
    peopleOfRole,
    now,
    configuration,
    digestFile,
    lockOf: async (environment) => await store.lock(environment),
    findPerson,
    findRevision: async (name, version) => await catalog().find(name, version),
    findPackage: (name, version) => catalog().findPackage(name, version),
    pinRevision: async (name, digest) => await store.pinRevision(name, digest, now()),
    heldMembers: async (environment) =>
      (await store.members(environment))
        .filter(({ inService }) => inService === 'held')
        .map(({ member }) => member),
  };
  return {
    needs,
    peopleOfRole,
    planToInspect: (name) => {
      const environment = configuration().environments.find((candidate) => candidate.name === name);
      return environment ? makePlan({ environment, ...nothing }) : null;
    },
    listCatalog: async () => await catalog().list(),
    findRevisionChange: async (revision) => {
      const name = revisionName(revision);
      try {
        if ((await catalog().digest(revision.directory)) === revision.digest) return null;
        return `the files of ${name} are not those that were approved`;
      } catch (error) {
        return `the files of ${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
  };
}
