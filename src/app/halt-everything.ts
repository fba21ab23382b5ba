import type { Actor } from '../domain/actor.ts';
import { refuseLocker } from '../domain/deployment/lock.ts';
import { refuseReason } from '../domain/reason.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { lockEnvironment } from './lock-environment.ts';
import type { AppNeeds } from './needs.ts';
import { pauseDeployment } from './pause-deployment.ts';

/** `/deploy halt`: everything stands still, for this reason. */
export interface HaltEverything extends Actor {
  reason: string;
}

/** What stands still now, be it by this person or by somebody before. */
export interface Halted {
  locked: string[];
  paused: number[];
}

const runningAtMost = 1_000;

/**
 * Closes every environment that the person may close, and pauses what runs there: servers at hand are finished,
 * nothing is ended in the middle, and nothing begins until it is unlocked and resumed. Asked twice it is one.
 */
export async function haltEverything(
  needs: AppNeeds,
  { by, via, reason }: HaltEverything,
): Promise<Verdict<Halted>> {
  const lacking = refuseReason(reason, 'Say in a sentence why everything is to stand still.');
  if (lacking) return refuse(lacking);
  const person = await needs.findPerson(by);
  const configuration = needs.configuration();
  const refusals = configuration.environments.map((environment) =>
    refuseLocker(person, configuration, environment),
  );
  const locked = configuration.environments
    .filter((_, index) => refusals[index] === null)
    .map(({ name }) => name);
  const [first] = refusals.filter((refusal): refusal is Refusal => refusal !== null);
  if (locked.length === 0 && first) return refuse(first);
  for (const environment of locked) await lockEnvironment(needs, { by, via, environment, reason });
  const running = await needs.store.list({ states: ['running', 'paused', 'waiting'], limit: runningAtMost });
  const paused = running.filter(({ environment, attempt }) => attempt > 0 && locked.includes(environment));
  for (const { number } of paused) await pauseDeployment(needs, { by, via, number });
  return accept({ locked, paused: paused.map(({ number }) => number) });
}
