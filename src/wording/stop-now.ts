import type { Deployment } from '../domain/deployment/deployment.ts';
import { type Plan, plannedServers } from '../domain/plan/plan.ts';
import { countServers, listNames } from './names.ts';

/** What *Stop now* does to which servers, for whoever is about to press it. */
export function sayStopNowEffect({ run }: Deployment, plan: Plan): string {
  const inState = (state: 'deploying' | 'pending'): string[] =>
    plannedServers(plan).filter((name) => run?.servers.get(name)?.state === state);
  const [ended, left] = [inState('deploying'), inState('pending')];
  const cut =
    ended.length === 0
      ? 'No server is being deployed to at this moment.'
      : `What runs on *${listNames(ended, 10)}* is ended at once, in the middle of its work.`;
  const rest = left.length === 0 ? '' : ` ${countServers(left.length)} that wait are not begun.`;
  const held =
    plan.environment.paradigm === 'simple'
      ? ''
      : ' What was taken out of service for it stays out until somebody puts it back.';
  return `${cut}${rest}${held} To let the server at hand finish, use *Stop after this server*.`;
}
