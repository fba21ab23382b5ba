import { accept, refuse } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import type { AppNeeds } from './needs.ts';

/** Says in the thread that a start, or the end of the time for approval, comes near. */
export async function remindOfDeployment(needs: AppNeeds, number: number, dueAt: number): Promise<void> {
  await decide<null>(needs, number, ({ deployment }) => {
    const { state, startsAt, expiresAt } = deployment;
    const target = state === 'scheduled' ? startsAt : state === 'awaiting_approval' ? expiresAt : null;
    if (target === null || target <= needs.now())
      return refuse({ rule: 'remind', message: 'nothing comes', liftedBy: 'nobody', wayOut: '' });
    const minutesBefore = Math.round((target - dueAt) / 60_000);
    return accept({ events: [{ type: 'reminded', minutesBefore }], answer: null });
  });
}
