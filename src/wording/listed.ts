import type { DeploymentState } from '../domain/deployment/deployment.ts';
import { sayState } from '../domain/deployment/say-state.ts';
import type { SayInstant } from './say-instant.ts';

/** What a list shows of a deployment. */
export interface Listed {
  number: number;
  title: string;
  environment: string;
  state: DeploymentState;
  startsAt: number | null;
  requestedBy: string;
}

/** A deployment in one line of a list. */
export function sayListed(deployment: Listed, sayInstant: SayInstant): string {
  const { number, title, environment, state, startsAt, requestedBy } = deployment;
  const when = startsAt === null ? '' : ` · ${sayInstant(startsAt)}`;
  return `*#${number}* ${title} → ${environment} · ${sayState(state)}${when} · <@${requestedBy}>`;
}
