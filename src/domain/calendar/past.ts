import type { Refusal } from '../verdict.ts';
import { sayTime } from './calendar.ts';

/** O-01: nothing starts in the past. Null for a time that is still to come, and for none. */
export function refusePast(startsAt: number | null, zone: string, now: number): Refusal | null {
  if (startsAt === null || startsAt > now) return null;
  return {
    rule: 'O-01',
    message: `${sayTime(startsAt, zone)} has passed.`,
    liftedBy: 'the requester',
    wayOut: 'Choose a time in the future, or Now.',
  };
}
