import type { OwnedServers } from '../events/preparation-event.ts';

/** So many approvals from people who hold one of these roles. */
export interface Seats {
  roles: string[];
  required: number;
  /** Reason of the freeze that they override; absent: the usual approval. */
  freeze?: string;
  /** As configured: each owner of planned servers has a seat; absent: they are taken by role. */
  perOwner?: true;
  /** As it holds for one deployment: whose seat it is, and for which servers. */
  owned?: OwnedServers;
}

/** Who must approve, by role. */
export interface ApprovalRule {
  rules: Seats[];
  excludeRequester: boolean;
  expiresHours: number;
  remindMinutes: number[];
  /** How many people may go on together without it, and for how many minutes the first waits for the others; absent: nobody may. */
  breakGlass?: { persons: number; minutes: number };
}
