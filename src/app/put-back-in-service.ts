import type { Actor } from '../domain/actor.ts';
import { type Deployment, hasEnded } from '../domain/deployment/deployment.ts';
import { refuseOperator } from '../domain/deployment/operator.ts';
import { indexPlan } from '../domain/plan/plan-index.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { currentEnvironment, type LoadedDeployment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { alreadyDecided } from './running-deployment.ts';

/** A press on Put back in service or Keep out. */
export interface HeldMember extends Actor {
  number: number;
  member: string;
}

/**
 * Law 4: a person puts back what a deployment held. It is done by the executor under the environment's lease, after
 * whatever runs there, and also where the environment is locked: nothing new begins.
 */
export async function putBackInService(
  needs: AppNeeds,
  request: HeldMember,
): Promise<Verdict<{ number: number }>> {
  const { by, via, number, member } = request;
  const person = await needs.findPerson(by);
  return await decide<{ number: number }>(needs, number, async ({ deployment, plan }) => {
    const refusal = refuseHeld(needs, { deployment, plan }, request, await heldBy(needs, request), person);
    if (refusal) return refuse(refusal);
    const enable = indexPlan(plan).members.get(member)?.enable;
    if (!enable) return refuse(notHeld(deployment, member));
    return accept({
      events: [{ type: 'put_back_requested', member, task: enable.id, by, via }],
      ifHeld: member,
      answer: { number },
    });
  });
}

/** Somebody has seen that a member is held, and wants it to stay so. */
export async function keepOut(needs: AppNeeds, request: HeldMember): Promise<Verdict<{ number: number }>> {
  const { by, via, number, member } = request;
  const person = await needs.findPerson(by);
  return await decide<{ number: number }>(needs, number, async ({ deployment, plan }) => {
    const kept = deployment.run?.keptOut.get(member);
    const refusal =
      refuseHeld(needs, { deployment, plan }, request, await heldBy(needs, request), person) ??
      (kept && alreadyDecided(deployment, `told to keep ${member} out`, kept));
    if (refusal) return refuse(refusal);
    return accept({ events: [{ type: 'kept_out', member, by, via }], ifHeld: member, answer: { number } });
  });
}

/** Whether this deployment is the one that holds the member now. */
async function heldBy({ store }: AppNeeds, { number, member }: HeldMember): Promise<boolean> {
  const summary = await store.summary(number);
  const members = summary ? await store.members(summary.environment) : [];
  return members.some(
    (found) => found.member === member && found.deployment === number && found.inService === 'held',
  );
}

function refuseHeld(
  needs: AppNeeds,
  { deployment, plan }: LoadedDeployment,
  { member }: HeldMember,
  isHeld: boolean,
  person: Parameters<typeof refuseOperator>[0],
): Refusal | null {
  const configuration = needs.configuration();
  const refusal = refuseOperator(person, configuration, currentEnvironment(configuration, plan), deployment);
  if (refusal) return refusal;
  return isHeld && hasEnded(deployment.state) ? null : notHeld(deployment, member);
}

function notHeld({ number, state }: Deployment, member: string): Refusal {
  const message = hasEnded(state)
    ? `${member} is not held by #${number} any more.`
    : `#${number} has not ended, so it decides itself about ${member}.`;
  return { rule: 'law-14', message, liftedBy: 'nobody', wayOut: `See \`/deploy show ${number}\`.` };
}
