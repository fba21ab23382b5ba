import { reminderFor } from '../domain/deployment/reminders.ts';
import { accept, refuse } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { whoCanApprove } from './who-can-approve.ts';

/** Says in the thread, once for each due row, that a start or the end of the time for approval comes near. */
export async function remindOfDeployment(needs: AppNeeds, number: number, dueAt: number): Promise<void> {
  await decide<null>(needs, number, async ({ deployment, plan }) => {
    const reminder = reminderFor(deployment, plan.environment, { dueAt, now: needs.now() });
    if (!reminder)
      return refuse({ rule: 'remind', message: 'nothing comes', liftedBy: 'nobody', wayOut: '' });
    const environment = currentEnvironment(needs.configuration(), plan);
    const people =
      reminder.about === 'approval' ? await whoCanApprove(needs, { environment, deployment }) : [];
    return accept({ events: [{ type: 'reminded', ...reminder, dueAt, people }], answer: null });
  });
}
