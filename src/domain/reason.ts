import type { Refusal } from './verdict.ts';

const maxReasonLength = 300;

/** Refuses an empty reason, and one that no card has room for. */
export function refuseReason(reason: string, wayOut: string): Refusal | null {
  const { length } = [...reason.trim()];
  if (length > 0 && length <= maxReasonLength) return null;
  const message =
    length === 0 ? 'A reason is missing.' : `The reason has ${length} characters; ${maxReasonLength} fit.`;
  return { rule: 'reason', message, liftedBy: 'you', wayOut };
}
