import type { Delegation } from '../domain/deployment/delegation.ts';

/** Votes in other hands. */
export interface DelegationStore {
  /** Puts a person's vote in an environment into another hand, in place of an earlier one, and says so in the trail. */
  delegate(delegation: Delegation): Promise<void>;
  /** Takes every vote of a person back from other hands, and says so in the trails; answers those that had not run out. */
  endDelegations(by: string, at: number): Promise<Delegation[]>;
  /** Votes in other hands, also those that ran out: of an environment, or of a person. */
  delegations(of: { environment: string } | { by: string }): Promise<Delegation[]>;
}
