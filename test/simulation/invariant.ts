import type { Plan } from '../../src/domain/plan/plan.ts';
import type { WorldEvent } from '../../src/world/state.ts';
import type { Ledger } from './ledger.ts';
import type { LogRow, Memory } from './memory.ts';
import type { SlackModel } from './slack-model.ts';

/** Something that happened, as a witness outside the product sees it. */
export type Happening =
  | { is: 'row'; at: number; row: LogRow; envelope: string | null }
  | { is: 'world'; at: number; event: WorldEvent }
  | { is: 'ack' | 'told'; at: number; envelope: string; answer: string }
  /** Faults have stopped, one process is alive, and it has had its time. */
  | { is: 'end'; at: number; finished: boolean };

/** What an invariant looks things up in. */
export interface Witnesses {
  ledger: Ledger;
  memory: Memory;
  slack: SlackModel;
  membersOut: () => Set<string>;
  /** When somebody else last changed what runs on a server; null where a deployment was there since, or nobody did. */
  tamperedAt: (server: string) => number | null;
  /** A plan by its hash. Throws where nobody has made it. */
  planOf: (hash: string) => Plan;
  /** True where somebody was a full member at any instant from `since` on. */
  wasMember: (person: string, since: number) => boolean;
}

/** What must hold after every happening. The ledger stands as it was before it. */
export interface Invariant {
  number: string;
  /** What it says, in one sentence. */
  says: string;
  /** A check with a memory of its own for one history: null while it holds, else what broke it. */
  watch: (witnesses: Witnesses) => (happening: Happening) => string | null;
}
