import type { Actor, Decided } from '../actor.ts';
import type { FreezeOverride } from '../configured/hours.ts';
import type { Warning } from '../verdict.ts';
import type { OwnedServers } from './preparation-event.ts';

/** What becomes of a request until something begins. */
export type RequestEvent =
  | ({
      type: 'requested';
      reason: string;
      /** Null: as soon as it is approved. */
      startsAt: number | null;
      expiresAt: number | null;
      typed: string | null;
      zone: string;
      planHash: string;
      acceptedWarnings: number;
      /** What they said, so that the start knows which is new; absent in logs of earlier versions. */
      warnings?: Warning[];
      /** What it takes to start inside the freezes of its hour; absent: it lies in none. */
      overrides?: FreezeOverride[];
      /** Who owns the planned servers; absent: nobody does. */
      owners?: OwnedServers[];
    } & Actor)
  | {
      type: 'approved';
      by: string;
      /** The approver whose vote it is, where that person handed it over; absent: their own. */
      for?: string;
      roles: string[];
      planHash: string;
    }
  | { type: 'rejected'; by: string; reason: string }
  | { type: 'scheduled'; startsAt: number }
  | {
      type: 'reminded';
      /** Minutes that are left. */
      minutesBefore: number;
      about?: 'start' | 'approval';
      /** The due row that it answers, so that each is answered once. */
      dueAt?: number;
      /** Mentions of those who can still approve; nobody else is called. */
      people?: string[];
    }
  /** Somebody asks whoever can lift what keeps it from running: why that is, and mentions of those who are asked. */
  | ({ type: 'lift_asked'; rule: string; message: string; people: string[] } & Actor)
  | {
      type: 'plan_changed';
      planHash: string;
      changes: string[];
      expiresAt: number;
      /** The hour that was asked for, where it is still to come; absent: as soon as it is approved again. */
      startsAt?: number;
      overrides?: FreezeOverride[];
      /** Who owns the servers of the new plan; absent: nobody does. */
      owners?: OwnedServers[];
      /** What an approval of it accepts; absent: what was accepted before. */
      warnings?: Warning[];
      /** Who had approved what it was before. */
      approvedBy?: (Decided & { for?: string })[];
      /** Those of them who are asked to look once more: they still may. */
      ask?: string[];
    }
  | {
      type: 'queued';
      behind: number | null;
      /** Why it begins later than the grace, in words; absent: it is in time. */
      late?: string;
    }
  /** It is queued, and somebody closed its environment: it begins only when that is lifted. */
  | ({ type: 'lock_met'; reason: string; since: number } & Actor)
  | ({ type: 'lock_lifted' } & Actor)
  | { type: 'expired'; reason: string }
  | { type: 'missed'; reason: string };
