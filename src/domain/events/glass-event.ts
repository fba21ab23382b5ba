/** What happens when people go on without the usual approval. */
export type GlassEvent =
  /** The first person: others have to join before `lapsesAt`, or it counts for nothing. */
  | { type: 'glass_asked'; by: string; reason: string; persons: number; lapsesAt: number }
  /** One more person, and still not enough. */
  | { type: 'glass_joined'; by: string }
  /** Enough people: the missing approvals are not waited for any more. */
  | { type: 'glass_broken'; by: string; people: string[]; reason: string }
  | { type: 'glass_lapsed'; people: string[] }
  | {
      type: 'glass_reminded';
      /** The due row that it answers, so that each is answered once. */
      dueAt: number;
      /** Mentions of those who can acknowledge it. */
      people: string[];
    }
  /** Somebody who approves there has looked at what was done without them. */
  | { type: 'glass_seen'; by: string };

const glassEvents: Record<GlassEvent['type'], true> = {
  glass_asked: true,
  glass_joined: true,
  glass_broken: true,
  glass_lapsed: true,
  glass_reminded: true,
  glass_seen: true,
};

/** Whether an event tells of a broken glass. */
export function isGlassEvent<T extends { type: string }>(event: T): event is Extract<T, GlassEvent> {
  return Object.hasOwn(glassEvents, event.type);
}
