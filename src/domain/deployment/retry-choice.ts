import type { Run } from '../attempt/run.ts';
import { isUntouched, standingOf } from '../attempt/standing.ts';
import type { ServerState } from '../events/states.ts';
import { nearest } from '../nearest.ts';
import { memberOf, type Plan, plannedServers } from '../plan/plan.ts';
import { quote } from '../quote.ts';
import { accept, refuse, type Refusal, type Verdict } from '../verdict.ts';
import type { Deployment } from './deployment.ts';

/** Law 11: which of the servers that did not end well are deployed again. */
export type RetryChoice = 'remaining' | 'failed' | { servers: string[] };

/**
 * Every planned server that did not end well in any attempt, in the order of the plan; none before the first one. What
 * somebody excluded remains only for whoever names it.
 */
export function remainingServers(plan: Plan, { run, preparation }: Deployment): string[] {
  if (!run) return [];
  return notDone(plan, run).filter((name) => !preparation.excluded.has(name));
}

/** What can be chosen by name: what remains, and what was excluded. */
export function choosableServers(plan: Plan, { run }: Deployment): string[] {
  return run ? notDone(plan, run) : [];
}

function notDone(plan: Plan, run: Run): string[] {
  return plannedServers(plan).filter((name) => standingOf(run, name)?.state !== 'ok');
}

/** Those of them that failed, cannot be known or could not be reached: whatever was never begun is not among them. */
export function failedServers(plan: Plan, deployment: Deployment): string[] {
  const failed: ServerState[] = ['error', 'unknown', 'preflight_failed', 'rolled_back'];
  const { run } = deployment;
  return remainingServers(plan, deployment).filter((name) => {
    const standing = run && standingOf(run, name);
    return standing !== null && failed.includes(standing.state);
  });
}

/** The servers that a choice means, in the order of the plan, or what is wrong with it and what would be right. */
export function chosenServers(plan: Plan, deployment: Deployment, choice: RetryChoice): Verdict<string[]> {
  const remaining = remainingServers(plan, deployment);
  if (choice === 'remaining' && remaining.length > 0) return accept(remaining);
  if (choice === 'remaining')
    return refuse(
      wrong(deployment, 'Nothing remains but what was excluded', choosableServers(plan, deployment)),
    );
  if (choice === 'failed') {
    const failed = failedServers(plan, deployment);
    if (failed.length > 0) return accept(failed);
    return refuse(wrong(deployment, `Nothing of #${deployment.number} failed`, remaining));
  }
  const { servers } = choice;
  const choosable = choosableServers(plan, deployment);
  const faults = faultsOf(plan, servers, choosable);
  if (faults.length > 0) return refuse(wrong(deployment, faults.join(', and '), choosable));
  const chosen = choosable.filter((name) => servers.includes(name));
  const apart = takenApart(plan, deployment, chosen);
  return apart ? refuse(apart) : accept(chosen);
}

function faultsOf(plan: Plan, servers: string[], remaining: string[]): string[] {
  if (servers.length === 0) return ['No server is chosen'];
  const planned = plannedServers(plan);
  const unknown = servers.filter((name) => !planned.includes(name)).map((name) => sayUnknown(name, planned));
  const done = servers.filter((name) => planned.includes(name) && !remaining.includes(name));
  return [...unknown, ...(done.length > 0 ? [`${listed(done)} ${isOrAre(done)} done already`] : [])];
}

function sayUnknown(name: string, planned: string[]): string {
  const near = nearest(name, planned);
  return `${quote(name)} is no server of this plan${near === null ? '' : ` (the nearest is ${near})`}`;
}

function wrong({ number }: Deployment, fault: string, remaining: string[]): Refusal {
  return {
    rule: 'law-11',
    message: `${fault}: ${remaining.length === 1 ? 'what remains is' : 'what remain are'} ${listed(remaining)}.`,
    liftedBy: 'nobody',
    wayOut: `Choose among those; \`/deploy retry ${number}\` deploys all of them.`,
  };
}

/**
 * A cluster that takes requests is taken out as a whole, and put back only when all of it is done (D-43): a part of it
 * would keep the rest out. One that is out already may be mended server by server.
 */
function takenApart(plan: Plan, { run }: Deployment, chosen: string[]): Refusal | null {
  if (plan.level === 'server' || !run) return null;
  const planned = plannedServers(plan);
  for (const cluster of new Set(chosen.map((name) => memberOf(plan, name)))) {
    const own = planned.filter((name) => memberOf(plan, name) === cluster);
    const isWhole = own.every((name) => chosen.includes(name));
    const takesRequests = own.every((name) => {
      const standing = standingOf(run, name);
      return standing === null || isUntouched(standing);
    });
    if (isWhole || !takesRequests) continue;
    return {
      rule: 'D-43',
      message: `${listed(own)} leave the load balancer together as ${cluster}, which is put back only when all of them are done.`,
      liftedBy: 'nobody',
      wayOut: `Choose all of ${cluster}, or none of it.`,
    };
  }
  return null;
}

const namedAtMost = 20;

/** `web-3, web-4 and web-5`; of very many the first ones and how many more. */
function listed(names: string[]): string {
  const shown = names.slice(0, namedAtMost);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

function isOrAre(names: string[]): string {
  return names.length === 1 ? 'is' : 'are';
}
