import type { DelegationEvent } from '../events/delegation-event.ts';

/** An approver's vote in another member's hand, for one deployment. */
export interface HandedVote {
  by: string;
  to: string;
  at: number;
}

/** Whose vote somebody else may give. */
export interface Hand {
  by: string;
  to: string;
  /** Epoch milliseconds; absent: as long as the deployment waits. */
  until?: number;
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

/**
 * Every vote that is in another hand for a deployment at an instant; one that was handed over for this deployment goes
 * before one for the whole environment.
 */
export function handsOn(special: HandedVote[], usual: Delegation[], now: number): Hand[] {
  const inForce = usual.filter(({ by, until }) => until > now && !special.some((hand) => hand.by === by));
  return [
    ...special.map(({ by, to }): Hand => ({ by, to })),
    ...inForce.map(({ by, to, until }): Hand => ({ by, to, until })),
  ];
}

/**
 * Which votes were handed over for one deployment alone, after the next event; one hand for each vote. What was handed
 * over in its whole environment is kept there.
 */
export function applyToHandedVotes(votes: HandedVote[], event: DelegationEvent, at: number): HandedVote[] {
  if (event.type === 'vote_delegated' && event.until !== undefined) return votes;
  const others = votes.filter(({ by }) => by !== event.by);
  return event.type === 'vote_taken_back' ? others : [...others, { by: event.by, to: event.to, at }];
}
