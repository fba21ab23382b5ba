import type { Actor } from '../domain/actor.ts';
import { type FilledProperty, refuseFiller, refuseValue } from '../domain/plan/filled-properties.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';
import { findEnvironment } from './find-environment.ts';
import type { AppNeeds } from './needs.ts';

/** Values that a person gives to properties which the configuration lacks. */
export interface FillProperties extends Actor {
  environment: string;
  properties: FilledProperty[];
}

/** What came of it. */
export interface FilledIn {
  given: FilledProperty[];
  /** Somebody was faster: these keep the value that they had. */
  kept: FilledProperty[];
}

/** D-25, D-26: stores what an admin fills in, once; the configuration wins over it, and the trail says who set what. */
export async function fillProperties(needs: AppNeeds, request: FillProperties): Promise<Verdict<FilledIn>> {
  const configuration = needs.configuration();
  const found = findEnvironment(configuration, request.environment);
  if (!found.ok) return found;
  const person = await needs.findPerson(request.by);
  const notAllowed = refuseFiller(person, configuration, found.value);
  if (notAllowed) return refuse(notAllowed);
  const properties = request.properties.map((property) => ({ ...property, value: property.value.trim() }));
  const [first, ...others] = properties.flatMap((property) => refuseValue(found.value, property) ?? []);
  if (first) return refuse(first, ...others);
  const { environment, by, via } = request;
  const given = await needs.store.fillIn({ environment, properties, by, via, at: needs.now() });
  const isGiven = ({ cluster, name }: FilledProperty): boolean =>
    given.some((property) => property.cluster === cluster && property.name === name);
  return accept({ given, kept: properties.filter((property) => !isGiven(property)) });
}
