import type { Actor } from '../domain/actor.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { refuseOperator } from '../domain/deployment/operator.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';

/** A press on Keep or Snooze while a rollback counts down. */
export interface DecideCountdown extends Actor {
  number: number;
}

/** Putting it off for less would be pressed again and again. */
const shortestSnoozeMs = 600_000;

/** It stays as it is: nothing is rolled back by itself. */
export async function keepAsItIs(
  needs: AppNeeds,
  { by, via, number }: DecideCountdown,
): Promise<Verdict<{ number: number }>> {
  const person = await needs.findPerson(by);
  return await decide<{ number: number }>(needs, number, ({ deployment, plan }) => {
    const environment = currentEnvironment(needs.configuration(), plan);
    const refusal =
      refuseOperator(person, needs.configuration(), environment, deployment) ??
      (deployment.countdown ? null : notCounting(deployment));
    if (refusal) return refuse(refusal);
    return accept({
      events: [{ type: 'rollback_kept', by, via }],
      due: [{ remove: 'rollback' }],
      answer: { number },
    });
  });
}

/** The countdown begins anew, and lasts ten minutes at least. */
export async function snoozeRollback(
  needs: AppNeeds,
  { by, via, number }: DecideCountdown,
): Promise<Verdict<{ number: number; at: number }>> {
  const person = await needs.findPerson(by);
  return await decide<{ number: number; at: number }>(needs, number, ({ deployment, plan }) => {
    const environment = currentEnvironment(needs.configuration(), plan);
    const refusal =
      refuseOperator(person, needs.configuration(), environment, deployment) ??
      (deployment.countdown ? null : notCounting(deployment));
    if (refusal) return refuse(refusal);
    const seconds = plan.environment.rollback?.countdownSeconds ?? 0;
    const at = needs.now() + Math.max(shortestSnoozeMs, seconds * 1_000);
    return accept({
      events: [{ type: 'rollback_snoozed', at, by, via }],
      due: [{ remove: 'rollback' }, { add: 'rollback', at }],
      answer: { number, at },
    });
  });
}

function notCounting({ number, undoneBy }: Deployment): Refusal {
  const message =
    undoneBy === null
      ? `No rollback of #${number} is counting down.`
      : `#${undoneBy} rolls #${number} back already.`;
  return { rule: 'law-14', message, liftedBy: 'nobody', wayOut: `See \`/deploy show ${number}\`.` };
}
