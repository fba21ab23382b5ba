import { mention, type Actor } from '../domain/actor.ts';
import { sayTime } from '../domain/calendar/calendar.ts';
import { needsWatcher } from '../domain/calendar/night.ts';
import type { Configuration } from '../domain/configured/configuration.ts';
import type { Environment } from '../domain/configured/environment.ts';
import { answerTo } from '../domain/deployment/answer.ts';
import { hasEnded, type Deployment } from '../domain/deployment/deployment.ts';
import { sayState } from '../domain/deployment/say-state.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { namesOfRole, rolesOf, standingSentence, type Person } from '../domain/roles.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { decide, type Decision } from './decide.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';

/** A press on I am watching. */
export interface TakeWatch extends Actor {
  number: number;
}

/** The watcher hands over. */
export interface OfferWatch extends Actor {
  number: number;
  to: string;
}

/** Asks, once, who watches a start at night, shortly before it. */
export async function askForWatcher(needs: AppNeeds, number: number): Promise<void> {
  await decide<null>(needs, number, ({ deployment, plan }) => {
    const { watcher: rule } = plan.environment;
    const { startsAt, attempt, state, preparation } = deployment;
    const isToCome = startsAt !== null && startsAt > needs.now() && attempt === 0 && !hasEnded(state);
    if (!rule || !isToCome || !needsWatcher(plan.environment, startsAt) || preparation.watch.isAsked)
      return refuse({ rule: 'watcher', message: 'nobody is asked', liftedBy: 'nobody', wayOut: '' });
    const people = rule.from.map((role) => namesOfRole(needs.configuration(), role)).filter(Boolean);
    const { from: roles, ifAbsent } = rule;
    return accept({ events: [{ type: 'watcher_asked', roles, startsAt, ifAbsent, people }], answer: null });
  });
}

/** Somebody of the roles watches; where the start waits for nothing else, it goes on with that. */
export async function takeWatch(
  needs: AppNeeds,
  { by, via, number }: TakeWatch,
): Promise<Verdict<{ number: number }>> {
  const person = await needs.findPerson(by);
  return await decide<{ number: number }>(needs, number, ({ deployment, plan }) => {
    const environment = currentEnvironment(needs.configuration(), plan);
    const refusal =
      refuseEnded(deployment) ??
      refuseWatcher(needs, environment, person) ??
      refuseTaken(deployment, by) ??
      refuseEarly(deployment);
    if (refusal) return refuse(refusal);
    const { watcher } = deployment.preparation.watch;
    const taken: DeploymentEvent = { type: 'watch_taken', by, via, from: watcher?.by ?? null };
    return accept(goingOn(deployment, taken, by));
  });
}

/** The watcher, or an admin, asks another one of the roles to take over; until they do, nothing changes. */
export async function offerWatch(
  needs: AppNeeds,
  { by, via, number, to }: OfferWatch,
): Promise<Verdict<{ number: number }>> {
  const [person, other] = await Promise.all([needs.findPerson(by), needs.findPerson(to)]);
  return await decide<{ number: number }>(needs, number, ({ deployment, plan }) => {
    const environment = currentEnvironment(needs.configuration(), plan);
    const { watcher, offeredTo } = deployment.preparation.watch;
    const isAdmin = rolesOf(person, needs.configuration(), environment.kind).includes('global_admin');
    const refusal =
      refuseEnded(deployment) ??
      (watcher && (watcher.by === by || isAdmin) ? null : refuseNotMine(deployment)) ??
      refuseOther(needs, environment, other) ??
      (to === watcher?.by || to === offeredTo ? refuseSame(deployment, to) : null);
    if (refusal) return refuse(refusal);
    return accept({ events: [{ type: 'watch_offered', by, via, to }], answer: { number } });
  });
}

/** The question for a watcher has its answer with them. */
function goingOn(
  deployment: Deployment,
  taken: DeploymentEvent,
  by: string,
): Extract<Decision<{ number: number }>, { ok: true }>['value'] {
  const { question, number } = deployment;
  if (question?.kind !== 'no-watcher') return { events: [taken], answer: { number } };
  return {
    events: [taken, answerTo(deployment, question, 'start', by), { type: 'queued', behind: null }],
    due: [{ remove: 'question' }],
    answer: { number },
  };
}

function refuseEnded({ number, state }: Deployment): Refusal | null {
  if (!hasEnded(state)) return null;
  return {
    rule: 'law-14',
    message: `#${number} has already ended: ${sayState(state)}.`,
    liftedBy: 'nobody',
    wayOut: `See \`/deploy show ${number}\`.`,
  };
}

/** Whether somebody is of those who watch there. */
export function mayWatch(configuration: Configuration, environment: Environment, person: Person): boolean {
  return refuseWatcher({ configuration: () => configuration }, environment, person) === null;
}

function refuseWatcher(
  needs: Pick<AppNeeds, 'configuration'>,
  { watcher, name, kind }: Environment,
  person: Person,
): Refusal | null {
  const configuration = needs.configuration();
  const roles = watcher?.from ?? [];
  const people = roles.map((role) => namesOfRole(configuration, role)).filter(Boolean);
  const wayOut = people.length === 0 ? 'Ask a global_admin.' : `Ask ${people.join(', ')}.`;
  if (person.standing !== 'member')
    return { rule: 'D-01', message: standingSentence(person), liftedBy: 'global_admin', wayOut };
  if (rolesOf(person, configuration, kind).some((role) => roles.includes(role))) return null;
  return {
    rule: 'watcher.from',
    message: `Watching over \`${name}\` takes the role ${roles.join(' or ') || 'that watcher.from names, and it names none now'}.`,
    liftedBy: 'global_admin',
    wayOut,
  };
}

/** Who is to take over must be able to. */
function refuseOther(needs: AppNeeds, environment: Environment, other: Person): Refusal | null {
  const refusal = refuseWatcher(needs, environment, other);
  return refusal && { ...refusal, message: `<@${other.id}> cannot watch: ${refusal.message}` };
}

/** Law 14: somebody watches, and did not hand over to this person. */
function refuseTaken({ number, zone, preparation }: Deployment, by: string): Refusal | null {
  const { watcher, offeredTo } = preparation.watch;
  if (!watcher || offeredTo === by) return null;
  const since = `since ${sayTime(watcher.at, zone)}`;
  const isMine = watcher.by === by;
  return {
    rule: 'law-14',
    message: isMine
      ? `You watch #${number} already, ${since}.`
      : `${mention(watcher)} watches #${number} ${since}.`,
    liftedBy: mention(watcher),
    wayOut: isMine ? 'Nothing is left to do.' : `Ask ${mention(watcher)} to press *Hand over*.`,
  };
}

function refuseEarly({ number, startsAt, zone, attempt, preparation }: Deployment): Refusal | null {
  if (preparation.watch.isAsked || attempt > 0) return null;
  return {
    rule: 'watcher.confirmMinutes',
    message: `Nobody is asked yet who watches #${number}${startsAt === null ? '' : `, which starts at ${sayTime(startsAt, zone)}`}.`,
    liftedBy: 'nobody',
    wayOut: 'Press *I am watching* when its thread asks.',
  };
}

function refuseNotMine({ number, preparation }: Deployment): Refusal {
  const { watcher } = preparation.watch;
  return {
    rule: 'watcher',
    message: watcher ? `${mention(watcher)} watches #${number}, not you.` : `Nobody watches #${number}.`,
    liftedBy: watcher ? mention(watcher) : 'nobody',
    wayOut: watcher ? `Ask ${mention(watcher)} to hand over.` : 'Press *I am watching*.',
  };
}

function refuseSame({ number }: Deployment, to: string): Refusal {
  return {
    rule: 'law-14',
    message: `<@${to}> watches #${number} already, or was asked to.`,
    liftedBy: 'nobody',
    wayOut: 'Choose somebody else.',
  };
}
