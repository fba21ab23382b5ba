import { type Actor, mention } from '../domain/actor.ts';
import { sayTime } from '../domain/calendar/calendar.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { leftOutTogether, refuseAfterStart } from '../domain/deployment/exclusion.ts';
import { inOrder } from '../domain/deployment/in-order.ts';
import { refuseOperator } from '../domain/deployment/operator.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import type { OwnedServers } from '../domain/events/preparation-event.ts';
import { plannedServers } from '../domain/plan/plan.ts';
import { refuseReason } from '../domain/reason.ts';
import { type Person, standingSentence } from '../domain/roles.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { refuseUnapproved, goesOnWithout } from './exclusion-and-approval.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { alreadyDecided } from './running-deployment.ts';

/** A press on Fine. */
export interface OwnerAgrees extends Actor {
  number: number;
}

/** Not tonight, and why. */
export interface OwnerRefuses extends Actor {
  number: number;
  reason: string;
}

/** A press on Deploy all the same, for an owner who cannot answer. */
export interface AgreeForOwner extends Actor {
  number: number;
  owner: string;
}

/** The servers that an answer is about. */
export interface OwnerAnswered {
  number: number;
  servers: string[];
}

/** The owner of servers says that they may be deployed to; a *not tonight* from before is taken back. */
export async function ownerAgrees(
  needs: AppNeeds,
  { by, via, number }: OwnerAgrees,
): Promise<Verdict<OwnerAnswered>> {
  const person = await needs.findPerson(by);
  return await decide<OwnerAnswered>(needs, number, ({ deployment, plan }) => {
    const owned = ownedBy(deployment, person);
    if ('rule' in owned) return refuse(owned);
    const { owner, servers } = owned;
    const environment = currentEnvironment(needs.configuration(), plan);
    const { agreed, excluded } = deployment.preparation;
    const mine = [...excluded].filter(([, { by: who }]) => who === owner).map(([server]) => server);
    const before = agreed.get(owner);
    if (before && mine.length === 0) return refuse(alreadyDecided(deployment, 'agreed to', before));
    const unapproved =
      mine.length === 0 ? null : refuseUnapproved({ deployment, environment, servers: mine });
    if (unapproved) return refuse(unapproved);
    const back: DeploymentEvent[] =
      mine.length === 0 ? [] : [{ type: 'servers_included', by, via, servers: mine }];
    return accept({
      events: inOrder(back, { type: 'owner_agreed', by, via, owner, servers }),
      answer: { number, servers },
    });
  });
}

/** The owner of servers does not want them deployed to: they are left out in the owner's name (law 13). */
export async function ownerRefuses(
  needs: AppNeeds,
  { by, via, number, reason: written }: OwnerRefuses,
): Promise<Verdict<OwnerAnswered>> {
  const reason = written.trim();
  const missing = refuseReason(reason, 'Say in a sentence why not tonight.');
  if (missing) return refuse(missing);
  const person = await needs.findPerson(by);
  return await decide<OwnerAnswered>(needs, number, ({ deployment, plan }) => {
    const owned = ownedBy(deployment, person);
    if ('rule' in owned) return refuse(owned);
    const { excluded } = deployment.preparation;
    const wanted = new Set(owned.servers.flatMap((server) => leftOutTogether(plan, server)));
    const servers = plannedServers(plan).filter((name) => wanted.has(name) && !excluded.has(name));
    if (servers.length === 0) return refuse(nothingLeft(deployment, owned));
    const environment = currentEnvironment(needs.configuration(), plan);
    const { events, ...then } = goesOnWithout({ deployment, environment, servers }, needs.now());
    return accept({
      events: [{ type: 'servers_excluded', by, via, servers, reason, cause: 'owner' }, ...events],
      ...then,
      answer: { number, servers },
    });
  });
}

/** Somebody who may decide about the deployment answers for an owner who cannot. */
export async function agreeForOwner(
  needs: AppNeeds,
  { by, via, number, owner }: AgreeForOwner,
): Promise<Verdict<OwnerAnswered>> {
  const person = await needs.findPerson(by);
  return await decide<OwnerAnswered>(needs, number, ({ deployment, plan }) => {
    const { consent, agreed } = deployment.preparation;
    const gone = consent?.gone.find((each) => each.owner === owner);
    const environment = currentEnvironment(needs.configuration(), plan);
    const before = agreed.get(owner);
    const refusal =
      refuseAfterStart(deployment) ??
      (gone ? null : notAsked(number)) ??
      refuseOperator(person, needs.configuration(), environment, deployment) ??
      (before ? alreadyDecided(deployment, 'decided on', before) : null);
    if (refusal || !gone) return refuse(refusal ?? notAsked(number));
    const { servers } = gone;
    return accept({
      events: [{ type: 'owner_agreed', by, via, owner, servers }],
      answer: { number, servers },
    });
  });
}

/** The servers that somebody was asked about; else why the answer does not count. */
function ownedBy(deployment: Deployment, person: Person): OwnedServers | Refusal {
  const late = refuseAfterStart(deployment);
  if (late) return late;
  if (person.standing !== 'member')
    return {
      rule: 'D-01',
      message: standingSentence(person),
      liftedBy: 'global_admin',
      wayOut: `Ask <@${deployment.requestedBy}>.`,
    };
  const owned = deployment.preparation.consent?.owners.find(({ owner }) => owner === person.id);
  return owned ?? notAsked(deployment.number);
}

function notAsked(number: number): Refusal {
  return {
    rule: 'ownerConsent',
    message: `You were not asked about #${number}: you own none of its servers.`,
    liftedBy: 'global_admin, by changing the configuration',
    wayOut: `See \`/deploy show ${number}\`.`,
  };
}

/** They are out already, by the owner or somebody before. */
function nothingLeft({ number, zone, preparation }: Deployment, { servers }: OwnedServers): Refusal {
  const first = servers.flatMap((server) => preparation.excluded.get(server) ?? [])[0];
  const who = first ? ` by ${mention(first)} at ${sayTime(first.at, zone)}` : '';
  return {
    rule: 'law-14',
    message: `${servers.join(', ')} ${servers.length === 1 ? 'was' : 'were'} already excluded from #${number}${who}.`,
    liftedBy: 'nobody',
    wayOut: `See \`/deploy show ${number}\`.`,
  };
}
