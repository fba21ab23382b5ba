import { type Actor, mention } from '../domain/actor.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import {
  includedServers,
  refuseAfterStart,
  refuseLast,
  serversToExclude,
} from '../domain/deployment/exclusion.ts';
import { refuseOperator } from '../domain/deployment/operator.ts';
import { answeredSince, floorAgainst } from '../domain/deployment/rehearsal.ts';
import type { ExclusionCause } from '../domain/events/preparation-event.ts';
import type { ServerProblem } from '../domain/events/server-problem.ts';
import { type Plan, plannedServers } from '../domain/plan/plan.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { goesOnWithout, refuseUnapproved } from './exclusion-and-approval.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';

/** A press on Exclude or Include again beside a server. */
export interface DecideAboutServer extends Actor {
  number: number;
  server: string;
}

/** What was left out or taken in again, in the order of the plan. */
export interface DecidedServers {
  number: number;
  servers: string[];
}

/**
 * Leaves a server that is not ready, or whose owner cannot be asked, out of a deployment that has not begun, with what
 * cannot be deployed to without it. The plan stays as it was approved, and the capacity floor is looked at again.
 */
export async function excludeServer(
  needs: AppNeeds,
  { by, via, number, server }: DecideAboutServer,
): Promise<Verdict<DecidedServers>> {
  const person = await needs.findPerson(by);
  return await decide<DecidedServers>(needs, number, async ({ deployment, plan }) => {
    const environment = currentEnvironment(needs.configuration(), plan);
    const refusal =
      refuseAfterStart(deployment) ?? refuseOperator(person, needs.configuration(), environment, deployment);
    if (refusal) return refuse(refusal);
    const chosen = serversToExclude(plan, deployment, server);
    if (!chosen.ok) return chosen;
    const servers = chosen.value;
    const why = whyExclude(deployment, server);
    if ('rule' in why) return refuse(why);
    const last = refuseLast(plan, deployment, servers);
    if (last) return refuse(last);
    const floor = await floorWithout(needs, { deployment, plan }, servers);
    const { events, ...then } = goesOnWithout({ deployment, environment, servers }, needs.now());
    return accept({
      events: [
        { type: 'servers_excluded', by, via, servers, ...why, ...(floor.length > 0 && { floor }) },
        ...events,
      ],
      ...then,
      answer: { number, servers },
    });
  });
}

/** Takes a server in again before the start: by its owner where the owner said no, else by whoever may decide. */
export async function includeServer(
  needs: AppNeeds,
  { by, via, number, server }: DecideAboutServer,
): Promise<Verdict<DecidedServers>> {
  const person = await needs.findPerson(by);
  return await decide<DecidedServers>(needs, number, ({ deployment, plan }) => {
    const environment = currentEnvironment(needs.configuration(), plan);
    const mayDecide = (): Refusal | null =>
      refuseOperator(person, needs.configuration(), environment, deployment);
    const excluded = deployment.preparation.excluded.get(server);
    if (!excluded) return refuse(refuseAfterStart(deployment) ?? notExcluded(number, server));
    const isOwners = excluded.cause === 'owner' || excluded.cause === 'silence';
    const refusal =
      refuseAfterStart(deployment) ??
      (isOwners && excluded.by !== by ? refuseForOwner(server, mention(excluded)) : null) ??
      (isOwners ? null : mayDecide());
    if (refusal) return refuse(refusal);
    // What went out with it comes in with it.
    const { at } = excluded;
    const servers = plannedServers(plan).filter((name) => {
      const found = deployment.preparation.excluded.get(name);
      return name === server || (found?.by === excluded.by && found.at === at);
    });
    const unapproved = refuseUnapproved({ deployment, environment, servers });
    if (unapproved) return refuse(unapproved);
    return accept({
      events: [{ type: 'servers_included', by, via, servers }],
      answer: { number, servers },
    });
  });
}

function whyExclude(
  { number, preparation }: Deployment,
  server: string,
): { cause: ExclusionCause; reason: string } | Refusal {
  const { rehearsal, consent } = preparation;
  const problem = rehearsal?.result?.problems.find((found) => found.server === server);
  if (problem) return { cause: 'not-ready', reason: besideName(problem) };
  if (rehearsal?.result?.unanswered.includes(server))
    return { cause: 'not-ready', reason: `${server} did not answer in time` };
  const gone = consent?.gone.find(({ servers }) => servers.includes(server));
  if (gone) return { cause: 'owner-gone', reason: `its owner <@${gone.owner}> cannot be asked` };
  return {
    rule: 'law-14',
    message: `${server} was ready when the servers of #${number} were looked at last.`,
    liftedBy: 'nobody',
    wayOut: `Look at the newest rehearsal in the thread of #${number}.`,
  };
}

/** The server's name stands beside it already. */
function besideName({ server, message }: ServerProblem): string {
  const reason = message.startsWith(`${server}: `) ? message.slice(server.length + 2) : message;
  return reason.replace(/\.$/, '');
}

function notExcluded(number: number, server: string): Refusal {
  return {
    rule: 'law-14',
    message: `${server} is not excluded from #${number}: somebody has included it again already.`,
    liftedBy: 'nobody',
    wayOut: `See \`/deploy show ${number}\`.`,
  };
}

function refuseForOwner(server: string, owner: string): Refusal {
  return {
    rule: 'ownerConsent',
    message: `${server} is excluded in the name of its owner ${owner}.`,
    liftedBy: owner,
    wayOut: `Ask ${owner} to include it again.`,
  };
}

/** Law 5 as far as it is known now, with these servers left where they are. */
async function floorWithout(
  { store }: AppNeeds,
  { deployment, plan }: { deployment: Deployment; plan: Plan },
  servers: string[],
): Promise<string[]> {
  const { rehearsal } = deployment.preparation;
  const { name } = plan.environment;
  const [asked, members] = await Promise.all([store.askedServers(name), store.members(name)]);
  const out = new Set(members.filter(({ inService }) => inService !== 'yes').map(({ member }) => member));
  const left = includedServers(plan, deployment).filter((server) => !servers.includes(server));
  return floorAgainst(plan, left, { asked: rehearsal ? answeredSince(rehearsal, asked) : [], out });
}
