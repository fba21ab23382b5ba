/** An approver's vote on a deployment goes into another hand, and comes back. */
export type DelegationEvent =
  | {
      type: 'vote_delegated';
      by: string;
      to: string;
      /** It goes over in the whole environment, until then (epoch milliseconds); absent: for this deployment. */
      until?: number;
    }
  | { type: 'vote_taken_back'; by: string; to: string };

const delegationEvents: Record<DelegationEvent['type'], true> = {
  vote_delegated: true,
  vote_taken_back: true,
};

/** Whether an event moves somebody's vote. */
export function isDelegationEvent<T extends { type: string }>(
  event: T,
): event is Extract<T, DelegationEvent> {
  return Object.hasOwn(delegationEvents, event.type);
}
