import { failedOf } from '../domain/batch/batch.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import type { Store } from '../store/store.ts';

/** Why a deployment does not begin because another one of its batch failed; null where the rest goes on. */
export async function stoppedByBatch(store: Store, { number, attempt }: Deployment): Promise<string | null> {
  // Somebody who deploys the rest of one again has decided about it by itself.
  const batch = attempt > 0 ? null : await store.batchOf(number);
  if (!batch || batch.onFailure !== 'stop') return null;
  const others = batch.deployments.filter((other) => other.number !== number);
  const failed = failedOf(others).map((other) => `#${other.number}`);
  if (failed.length === 0) return null;
  return `batch: ${failed.join(', ')} failed, and the rest of the batch was to stop then`;
}
