import type { Actor } from '../actor.ts';
import type { ServerProblem } from './server-problem.ts';

/** Why somebody leaves servers out of a deployment. */
export type ExclusionCause =
  /** A rehearsal found that they are not ready. */
  | 'not-ready'
  /** Their owner said: not tonight. */
  | 'owner'
  /** Their owner said nothing, and silence counts as no. */
  | 'silence'
  /** Their owner cannot be asked. */
  | 'owner-gone';

/** A server that a named person left out of a deployment. */
export interface ExcludedServer extends Actor {
  server: string;
  /** Word for word what was written, where its owner said no. */
  reason: string;
  cause: ExclusionCause;
}

/** The servers of one owner. */
export interface OwnedServers {
  /** A Slack user. */
  owner: string;
  servers: string[];
}

/** What happens around a start: everything is rehearsed, owners are asked, and at night somebody watches. */
export type PreparationEvent =
  /** They are not touched, and approvals of the rest stay. */
  | ({
      type: 'servers_excluded';
      servers: string[];
      reason: string;
      cause: ExclusionCause;
      /** What the capacity floor says of the rest; absent: it holds as far as anybody knows. */
      floor?: string[];
    } & Actor)
  | ({ type: 'servers_included'; servers: string[] } & Actor)
  | {
      type: 'rehearsal_asked';
      servers: string[];
      /** Only answers of this instant or later count, epoch milliseconds. */
      askedAt: number;
      /** When it is concluded with what is known then, epoch milliseconds. */
      until: number;
      /** The due row that it answers, so that each is answered once; null: a person asked. */
      dueAt: number | null;
      /** Who asked for it; absent: the calendar. */
      by?: string;
    }
  | {
      /** What a runbook looks at before it changes anything was looked at on a server, for the rehearsal under way. */
      type: 'server_checked';
      server: string;
      /** Null where all is well; else one sentence. */
      problem: string | null;
    }
  | {
      type: 'rehearsed';
      ready: number;
      problems: ServerProblem[];
      /** Servers that did not answer in time. */
      unanswered: string[];
      /** What stands against the start, apart from single servers, in words. */
      obstacles: string[];
    }
  | {
      type: 'owners_asked';
      owners: OwnedServers[];
      /** Owners who cannot answer: their accounts are gone, or are no members. */
      gone: OwnedServers[];
      silence: 'yes' | 'no';
      /** Owners whose approval of the plan is their yes unless they say otherwise; absent: none. */
      approved?: string[];
      /** Who decides for those who are gone. */
      requestedBy: string;
      /** Until when they may answer: the start, epoch milliseconds. */
      until: number;
      dueAt: number;
    }
  /** `by` is the owner, or who decided for an owner who is gone. */
  | ({ type: 'owner_agreed'; owner: string; servers: string[] } & Actor)
  | {
      type: 'watcher_asked';
      /** Roles whose people may watch. */
      roles: string[];
      startsAt: number;
      ifAbsent: 'pause' | 'go' | 'skip';
      /** Mentions of those people and groups. */
      people: string[];
    }
  | ({ type: 'watch_taken'; from: string | null } & Actor)
  /** It passes only when the other one takes it. */
  | ({ type: 'watch_offered'; to: string } & Actor);

const preparations: Record<PreparationEvent['type'], true> = {
  servers_excluded: true,
  servers_included: true,
  rehearsal_asked: true,
  server_checked: true,
  rehearsed: true,
  owners_asked: true,
  owner_agreed: true,
  watcher_asked: true,
  watch_taken: true,
  watch_offered: true,
};

/** Whether it is something that happens around a start. */
export function isPreparation(event: { type: string }): event is PreparationEvent {
  return Object.hasOwn(preparations, event.type);
}
