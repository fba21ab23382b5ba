import { approvalRuleFor, approvalStanding } from '../domain/deployment/approval.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { reminderFor } from '../domain/deployment/reminders.ts';
import type { Environment } from '../domain/environment.ts';
import { accept, refuse } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';

/** Says in the thread, once for each due row, that a start or the end of the time for approval comes near. */
export async function remindOfDeployment(needs: AppNeeds, number: number, dueAt: number): Promise<void> {
  await decide<null>(needs, number, ({ deployment, plan }) => {
    const reminder = reminderFor(deployment, plan.environment, { dueAt, now: needs.now() });
    if (!reminder)
      return refuse({ rule: 'remind', message: 'nothing comes', liftedBy: 'nobody', wayOut: '' });
    const environment = currentEnvironment(needs.configuration(), plan);
    const people = reminder.about === 'approval' ? whoMayApprove(needs, environment, deployment) : [];
    return accept({ events: [{ type: 'reminded', ...reminder, dueAt, people }], answer: null });
  });
}

/** Mentions of whoever can do something about it: not of those who approved, nor of a requester who may not. */
function whoMayApprove(needs: AppNeeds, environment: Environment, deployment: Deployment): string[] {
  const rule = approvalRuleFor(environment, deployment);
  const { missing } = approvalStanding(rule, deployment.votes);
  const done = new Set(deployment.votes.map(({ by }) => by));
  if (rule?.excludeRequester) done.add(deployment.requestedBy);
  const { roles } = needs.configuration();
  const mentions = missing.flatMap((name) => [
    ...(roles[name]?.users ?? []).filter((id) => !done.has(id)).map((id) => `<@${id}>`),
    ...(roles[name]?.usergroups ?? []).map((id) => `<!subteam^${id}>`),
  ]);
  return [...new Set(mentions)];
}
