import type { Actor, Decided } from '../actor.ts';
import type {
  ExcludedServer,
  ExclusionCause,
  OwnedServers,
  PreparationEvent,
} from '../events/preparation-event.ts';
import type { ServerProblem } from '../events/server-problem.ts';

/** Who left a server out, when and why. */
export interface Exclusion extends Decided {
  reason: string;
  cause: ExclusionCause;
}

/** A look at all servers before the start. */
export interface Rehearsal {
  servers: string[];
  askedAt: number;
  until: number;
  /** What the checks of a runbook found on each server so far; null: all is well. */
  checked: Map<string, string | null>;
  /** Null until it is concluded. */
  result: { at: number; problems: ServerProblem[]; unanswered: string[]; obstacles: string[] } | null;
}

/** What owners were asked and said. */
export interface Consent {
  owners: OwnedServers[];
  gone: OwnedServers[];
  silence: 'yes' | 'no';
  until: number;
}

/** Who watches it. */
export interface Watch {
  isAsked: boolean;
  watcher: Decided | null;
  /** Whom the watcher asked to take over. */
  offeredTo: string | null;
  /** Somebody had it started without a watcher. */
  isWaived: boolean;
}

/** What was decided around the start of a deployment. */
export interface Preparation {
  /** By server. */
  excluded: Map<string, Exclusion>;
  /** The newest one. */
  rehearsal: Rehearsal | null;
  /** The latest due row that a rehearsal answered, epoch milliseconds. */
  rehearsedFor: number | null;
  consent: Consent | null;
  /** Who said yes, by owner. */
  agreed: Map<string, Decided>;
  watch: Watch;
}

/** Nothing was asked or decided yet. */
export function noPreparation(): Preparation {
  return {
    excluded: new Map(),
    rehearsal: null,
    rehearsedFor: null,
    consent: null,
    agreed: new Map(),
    watch: { isAsked: false, watcher: null, offeredTo: null, isWaived: false },
  };
}

/** Adds one event to the fold, in place. */
export function prepare(preparation: Preparation, event: PreparationEvent, at: number): void {
  switch (event.type) {
    case 'servers_excluded':
      return exclude(preparation, event, at);
    case 'servers_included':
      for (const server of event.servers) preparation.excluded.delete(server);
      return;
    case 'rehearsal_asked': {
      const { servers, askedAt, until } = event;
      preparation.rehearsal = { servers, askedAt, until, checked: new Map(), result: null };
      preparation.rehearsedFor = event.dueAt ?? preparation.rehearsedFor;
      return;
    }
    case 'server_checked':
      preparation.rehearsal?.checked.set(event.server, event.problem);
      return;
    case 'rehearsed':
      if (preparation.rehearsal) preparation.rehearsal.result = { ...event, at };
      return;
    case 'owners_asked':
      preparation.consent = event;
      return;
    case 'owner_agreed':
      preparation.agreed.set(event.owner, decided(event, at));
      return;
    case 'watcher_asked':
      preparation.watch.isAsked = true;
      return;
    case 'watch_taken':
      Object.assign(preparation.watch, { watcher: decided(event, at), offeredTo: null });
      return;
    case 'watch_offered':
      preparation.watch.offeredTo = event.to;
      return;
  }
}

/** The servers that are left out, in the order of a plan. */
export function excludedServers({ excluded }: Preparation, planned: string[]): ExcludedServer[] {
  return planned.flatMap((server) => {
    const found = excluded.get(server);
    if (!found) return [];
    const { by, via, reason, cause } = found;
    return [{ server, by, via, reason, cause }];
  });
}

function exclude(
  { excluded, agreed }: Preparation,
  event: Extract<PreparationEvent, { type: 'servers_excluded' }>,
  at: number,
): void {
  const { reason, cause } = event;
  for (const server of event.servers) excluded.set(server, { ...decided(event, at), reason, cause });
  if (cause === 'owner') agreed.delete(event.by);
}

function decided({ by, via }: Actor, at: number): Decided {
  return { by, via, at };
}
