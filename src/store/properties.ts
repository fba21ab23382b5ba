import type { Actor } from '../domain/actor.ts';
import type { FilledProperty } from '../domain/plan/filled-properties.ts';

/** Values that a person fills in. */
export interface FillIn extends Actor {
  environment: string;
  properties: FilledProperty[];
  at: number;
}

/** Values that people filled in. */
export interface PropertyStore {
  /** Gives values to properties that have none here yet, and says so in the trail; answers those that it gave. */
  fillIn(fill: FillIn): Promise<FilledProperty[]>;
  /** What was filled in for an environment, in order of cluster and name. */
  filledIn(environment: string): Promise<FilledProperty[]>;
}
