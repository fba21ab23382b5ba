import { hasBegun } from '../domain/batch/batch.ts';
import { hasEnded } from '../domain/deployment/deployment.ts';
import { accept } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import type { AppNeeds } from './needs.ts';

/** The morning after a batch: where something of it waits or still runs, its minutes are said now. Once for each batch. */
export async function sayWhatWaits(needs: AppNeeds, number: number): Promise<void> {
  const batch = await needs.store.batchOf(number);
  if (!batch || !hasBegun(batch, needs.now())) return;
  const waiting = batch.deployments.find(({ state }) => !hasEnded(state));
  if (!waiting || (await isSaid(needs, batch.deployments))) return;
  await decide<null>(needs, waiting.number, () =>
    accept({ events: [{ type: 'batch_waits' }], answer: null }),
  );
}

async function isSaid({ store }: AppNeeds, deployments: { number: number }[]): Promise<boolean> {
  const logs = await Promise.all(deployments.map(async ({ number }) => await store.eventsAfter(number, 0)));
  return logs.flat().some(({ event }) => event.type === 'batch_waits');
}
