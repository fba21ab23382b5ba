import { windowEndEvents } from '../domain/deployment/window-end.ts';
import { accept, refuse } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import type { AppNeeds } from './needs.ts';

/** The window has ended while an attempt runs: nothing further begins. Does nothing when the attempt has ended before. */
export async function endWindow(needs: Pick<AppNeeds, 'store' | 'now'>, number: number): Promise<void> {
  await decide<null>(needs, number, ({ deployment, plan }) => {
    const events = windowEndEvents(deployment, plan, needs.now());
    if (events) return accept({ events, answer: null });
    return refuse({ rule: 'windows', message: 'nothing runs', liftedBy: 'nobody', wayOut: '' });
  });
}
