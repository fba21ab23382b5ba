import type { Configuration } from '../domain/configured/configuration.ts';
import { mayOffer } from '../domain/plan/environment-choices.ts';
import type { Person } from '../domain/roles.ts';
import type { CatalogEntry } from './needs.ts';

/** For whom and where entries of the catalogue are looked for. */
export interface Search {
  person: Person;
  configuration: Configuration;
  /** Null: for any. */
  environment: string | null;
  /** Part of a name; empty for all. */
  words: string;
}

/** What of the catalogue fits a search, and how many more have the words but are not for this person or environment. */
export function offerEntries(
  entries: CatalogEntry[],
  { person, configuration, environment: name, words }: Search,
): { fitting: CatalogEntry[]; leftOut: number } {
  const named = entries.filter((entry) => entry.name.toLowerCase().includes(words.trim().toLowerCase()));
  const environment = configuration.environments.find((candidate) => candidate.name === name);
  if (!environment) return { fitting: named, leftOut: 0 };
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  // What cannot be read is offered all the same: why it cannot be deployed is said once it is chosen.
  const fits = ({ about, revisions }: CatalogEntry): boolean => {
    if (revisions) return revisions.every((revision) => fits(byName.get(revision) ?? unknown));
    return about === undefined || mayOffer(about, { person, configuration, environment });
  };
  const fitting = named.filter(fits);
  return { fitting, leftOut: named.length - fitting.length };
}

const unknown: CatalogEntry = { name: '', description: '' };
