import type { Configuration } from '../configured/configuration.ts';
import type { Environment } from '../configured/environment.ts';
import type { Revision } from '../revision.ts';
import { type Person, refuseRequester } from '../roles.ts';
import { problemOf } from '../rules/parts.ts';

/** The environments that a person can choose for what they chose to deploy, and why the others are left out. */
export interface EnvironmentChoices {
  /** Where the person may deploy and at least one of the revisions has something to do. */
  offered: Environment[];
  /** Where the person may not deploy at all. */
  notTheirs: { environment: Environment; wayOut: string }[];
  /** Where they may, but none of these revisions; each with the reason of the first in half a sentence. */
  unfit: { environment: Environment; reason: string }[];
}

/** Sorts the environments for a person who has chosen these revisions; none of them narrows nothing. */
export function environmentChoices(
  person: Person,
  configuration: Configuration,
  revisions: Revision[],
): EnvironmentChoices {
  const choices: EnvironmentChoices = { offered: [], notTheirs: [], unfit: [] };
  for (const environment of configuration.environments) {
    const refusal = refuseRequester(person, configuration, environment, []);
    if (refusal) {
      choices.notTheirs.push({ environment, wayOut: refusal.wayOut });
      continue;
    }
    const reasons = revisions.map(
      (revision) =>
        problemOf(environment, revision) ??
        withinSentence(refuseRequester(person, configuration, environment, [revision])?.message) ??
        null,
    );
    const [reason] = reasons;
    if (!reason || reasons.includes(null)) choices.offered.push(environment);
    else choices.unfit.push({ environment, reason });
  }
  return choices;
}

function withinSentence(message: string | undefined): string | undefined {
  return message && message.charAt(0).toLowerCase() + message.slice(1);
}

/** What a list knows of a revision without opening it. */
export interface ListedRevision {
  author: string | null;
  parts: string[];
}

/** Whether a revision of the list may be deployed by a person to an environment, as far as the list can know it. */
export function mayOffer(
  { author, parts }: ListedRevision,
  {
    person,
    configuration,
    environment,
  }: { person: Person; configuration: Configuration; environment: Environment },
): boolean {
  const hasPart = environment.payloads.some(({ part }) => parts.includes(part));
  const revision: Revision = { ...unread, author };
  return hasPart && refuseRequester(person, configuration, environment, [revision]) === null;
}

const unread: Revision = {
  name: '',
  version: '',
  operation: 'create',
  author: null,
  description: '',
  parts: {},
  digest: '',
  directory: '',
};
