import type { Configuration } from '../domain/configured/configuration.ts';
import type { Environment } from '../domain/configured/environment.ts';
import { nearest } from '../domain/nearest.ts';
import { quote } from '../domain/quote.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';

/** An environment by its name, or the nearest name and all there are. */
export function findEnvironment({ environments }: Configuration, name: string): Verdict<Environment> {
  const found = environments.find((candidate) => candidate.name === name);
  if (found) return accept(found);
  const names = environments.map((environment) => environment.name);
  const near = nearest(name, names);
  return refuse({
    rule: 'unknown-environment',
    message: `There is no environment ${quote(name)}${near ? `; the nearest is \`${near}\`` : ''}.`,
    liftedBy: 'the requester',
    wayOut: `Choose among ${names.join(', ')}.`,
  });
}
