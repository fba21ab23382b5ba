import type { BatchOnFailure } from '../batch/on-failure.ts';

/** What becomes of a deployment on its list. */
export type BatchEvent =
  /** It was requested as the last of a batch; `behind` is what stands before it there. */
  | { type: 'batch_joined'; behind: number[] }
  /** It has another place in its batch, or the batch another way with failures. */
  | { type: 'batch_ordered'; by: string; place: number; of: number; onFailure: BatchOnFailure }
  /** The morning after the hour of its batch has come, and not everything there has ended. */
  | { type: 'batch_waits' };
