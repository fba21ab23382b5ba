import type { Environment } from '../domain/configured/environment.ts';
import { approvalRuleFor, approvalStanding } from '../domain/deployment/approval.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { reminderFor } from '../domain/deployment/reminders.ts';
import { accept, refuse } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { type Ballot, handsFor, voicesOf } from './voices.ts';
import { mentionsOf } from './who-to-ask.ts';

/** Says in the thread, once for each due row, that a start or the end of the time for approval comes near. */
export async function remindOfDeployment(needs: AppNeeds, number: number, dueAt: number): Promise<void> {
  await decide<null>(needs, number, async ({ deployment, plan }) => {
    const reminder = reminderFor(deployment, plan.environment, { dueAt, now: needs.now() });
    if (!reminder)
      return refuse({ rule: 'remind', message: 'nothing comes', liftedBy: 'nobody', wayOut: '' });
    const environment = currentEnvironment(needs.configuration(), plan);
    const people = reminder.about === 'approval' ? await whoIsReminded(needs, environment, deployment) : [];
    return accept({ events: [{ type: 'reminded', ...reminder, dueAt, people }], answer: null });
  });
}

/** Mentions of whoever can do something about it: not of those who approved, nor of a requester who may not. */
async function whoIsReminded(
  needs: AppNeeds,
  environment: Environment,
  deployment: Deployment,
): Promise<string[]> {
  const rule = approvalRuleFor(environment, deployment);
  const { missing } = approvalStanding(rule, deployment.votes);
  const done = deployment.votes.flatMap((vote) => [vote.by, vote.for ?? vote.by]);
  const but = rule?.excludeRequester ? [...done, deployment.requestedBy] : done;
  const own = await mentionsOf(needs, { environment, roles: missing, but });
  return [...new Set([...own, ...(await carriers(needs, { environment, deployment }, but))])];
}

/** Those who carry a vote that is still missing. */
async function carriers(needs: AppNeeds, ballot: Ballot, but: string[]): Promise<string[]> {
  const hands = (await handsFor(needs, ballot)).filter(
    ({ by, to }) => !but.includes(by) && !but.includes(to),
  );
  const able = await Promise.all(
    hands.map(async ({ to }) => {
      const { votes } = await voicesOf(needs, await needs.findPerson(to), ballot);
      return votes.some((vote) => vote.for !== undefined) ? [`<@${to}>`] : [];
    }),
  );
  return able.flat();
}
