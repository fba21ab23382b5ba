import type { DelegationEvent } from '../events/delegation-event.ts';

/** An approver's vote in another member's hand, for one deployment. */
export interface HandedVote {
  by: string;
  to: string;
  at: number;
}

/** An approver's vote in another member's hand, for whatever waits in an environment. */
export interface Delegation {
  environment: string;
  by: string;
  to: string;
  /** Epoch milliseconds. */
  since: number;
  /** Epoch milliseconds; from then on it counts no more. */
  until: number;
}

/** Which votes of a deployment are in whose hands after the next event; one hand for each vote. */
export function applyToHandedVotes(votes: HandedVote[], event: DelegationEvent, at: number): HandedVote[] {
  const others = votes.filter(({ by }) => by !== event.by);
  return event.type === 'vote_taken_back' ? others : [...others, { by: event.by, to: event.to, at }];
}
