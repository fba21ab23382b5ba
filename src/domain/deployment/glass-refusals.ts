import { sayTime } from '../calendar/calendar.ts';
import type { Refusal } from '../verdict.ts';
import type { Deployment } from './deployment.ts';
import type { GlassRequest } from './glass.ts';

/** Somebody presses Break glass while a request is open: theirs, or another's that they can join. */
export function alreadyAsked({ number, zone }: Deployment, standing: GlassRequest, by: string): Refusal {
  const [first] = standing.people;
  const who = first?.by === by ? 'You' : `<@${first?.by}>`;
  return {
    rule: 'law-14',
    message: `${who} already wanted to break the glass of #${number} at ${sayTime(first?.at ?? 0, zone)}.`,
    liftedBy: 'nobody',
    wayOut: `${first?.by === by ? 'Ask somebody else who deploys there to press' : 'Press'} Confirm break glass before ${sayTime(standing.lapsesAt, zone)}.`,
  };
}

/** Nobody counts twice. */
export function alreadyJoined({ number, zone }: Deployment, standing: GlassRequest, at: number): Refusal {
  return {
    rule: 'law-14',
    message: `You already wanted to break the glass of #${number} at ${sayTime(at, zone)}; it takes somebody else.`,
    liftedBy: 'another person who deploys there',
    wayOut: `Ask somebody to press Confirm break glass before ${sayTime(standing.lapsesAt, zone)}.`,
  };
}

/** A request that lapsed, or was settled, is joined no more. */
export function nothingToJoin({ number }: Deployment): Refusal {
  return {
    rule: 'law-14',
    message: `Nobody asks to break the glass of #${number} any more: the time for it has passed.`,
    liftedBy: 'nobody',
    wayOut: 'Press Break glass on the newest card and say why.',
  };
}
