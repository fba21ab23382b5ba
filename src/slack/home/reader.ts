import type { HomeDeployment } from '../../app/read-home.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import type { Configuration } from '../../domain/configured/configuration.ts';
import type { Environment } from '../../domain/configured/environment.ts';
import type { Vote } from '../../domain/deployment/deployment.ts';
import { isTheirs } from '../../domain/deployment/waits-for.ts';
import type { Person } from '../../domain/roles.ts';
import type { Home } from '../../store/homes.ts';
import { cut, slackInstant } from '../escape.ts';

/** Whom an App Home is drawn for. */
export interface HomeReader {
  person: Person;
  home: Home;
  configuration: Configuration;
  /** Votes of others that they may give, by the number of what waits for them; absent: none. */
  carried?: Map<number, Vote[]>;
  /** Where a message stands in Slack, as a link; null while nobody knows. */
  linkTo: (card: HomeDeployment['card']) => string | null;
}

/** Whether they want to see what happens in an environment. */
export function wantsToSee({ person, home, configuration }: HomeReader, environment: Environment): boolean {
  return !home.onlyMine || isTheirs(person, configuration, environment);
}

/** `#1042 customer360@2 → denodo-production`. */
export function titleOf({ summary: { number, title, environment } }: HomeDeployment): string {
  return `#${number} ${cut(title, 90)} → ${cut(environment, 40)}`;
}

/** An instant in the reader's zone; it reads the same however often it is drawn. */
export function sayInstant({ person }: HomeReader, instant: number): string {
  return slackInstant(instant, sayTime(instant, person.timezone));
}
