import type { Decided } from '../actor.ts';
import type { GlassEvent } from '../events/glass-event.ts';

/** Somebody wants to go on without the approvals, and waits for others to join. */
export interface GlassRequest {
  /** Who asked, and who joined. */
  people: Decided[];
  reason: string;
  /** How many it takes. */
  persons: number;
  /** Epoch milliseconds. */
  lapsesAt: number;
}

/** Glass that was broken; it stands on the card for ever. */
export interface BrokenGlass {
  people: string[];
  reason: string;
  at: number;
  /** False once the plan changed: it was broken for the plan of that time. */
  holds: boolean;
  /** The approver who looked afterwards; null while nobody did. */
  seen: Decided | null;
}

/** How a deployment stands with going on without its approvals. */
export interface Glass {
  asked: GlassRequest | null;
  broken: BrokenGlass[];
  /** The latest due row that a reminder answered, epoch milliseconds. */
  remindedFor: number | null;
}

/** As every deployment begins. */
export const wholeGlass: Glass = { asked: null, broken: [], remindedFor: null };

/** What becomes of it with the next event. */
export function applyToGlass(glass: Glass, event: GlassEvent, at: number): Glass {
  switch (event.type) {
    case 'glass_asked': {
      const { by, reason, persons, lapsesAt } = event;
      return { ...glass, asked: { people: [{ by, at }], reason, persons, lapsesAt } };
    }
    case 'glass_joined':
      return {
        ...glass,
        asked: glass.asked && { ...glass.asked, people: [...glass.asked.people, { by: event.by, at }] },
      };
    case 'glass_broken': {
      const { people, reason } = event;
      return {
        ...glass,
        asked: null,
        broken: [...glass.broken, { people, reason, at, holds: true, seen: null }],
      };
    }
    case 'glass_lapsed':
      return { ...glass, asked: null };
    case 'glass_reminded':
      return { ...glass, remindedFor: event.dueAt };
    case 'glass_seen':
      return {
        ...glass,
        broken: glass.broken.map((broken) => ({ ...broken, seen: broken.seen ?? { by: event.by, at } })),
      };
  }
}

/** What is left of it for another plan: nothing that counts. */
export function voidGlass(glass: Glass): Glass {
  return { ...glass, asked: null, broken: glass.broken.map((broken) => ({ ...broken, holds: false })) };
}

/** The broken glass that stands for the approvals now; null where it takes them. */
export function glassInForce({ broken }: Glass): BrokenGlass | null {
  return broken.findLast(({ holds }) => holds) ?? null;
}

/** Whether somebody still has to look at what was done without the approvers. */
export function isUnseen({ broken }: Glass): boolean {
  return broken.some(({ seen }) => seen === null);
}
