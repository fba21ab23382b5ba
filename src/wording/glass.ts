import type { BrokenGlass } from '../domain/deployment/glass.ts';
import type { GlassEvent } from '../domain/events/glass-event.ts';
import { harmless } from '../domain/quote.ts';
import { joined } from './joined.ts';
import type { SayInstant } from './say-instant.ts';

/** What broken glass does not lift, wherever somebody is about to break it. */
export const notLifted = 'Windows, freezes and locks are not lifted.';

/** What happens when people go on without the approvals, in one line. */
export function sayGlass(event: GlassEvent, sayInstant: SayInstant): string {
  switch (event.type) {
    case 'glass_asked': {
      const { by, reason, persons, lapsesAt } = event;
      return sayAsked({ people: [{ by }], reason, persons }, sayInstant(lapsesAt));
    }
    case 'glass_joined':
      return `<@${event.by}> confirms it; that is not enough yet.`;
    case 'glass_broken':
      return `*Broken glass* by ${sayPeople(event.people)}: ${sayReason(event.reason)}. It goes on without the missing approvals. ${notLifted} Somebody who approves there has to look afterwards, and to press Seen.`;
    case 'glass_lapsed':
      return `The glass is whole: nobody confirmed in time what ${sayPeople(event.people)} wanted. It waits for its approvals.`;
    case 'glass_reminded':
      return `Nobody who approves there has looked at the broken glass yet.${event.people.length === 0 ? '' : ` It waits for ${event.people.join(', ')} to press Seen.`}`;
    case 'glass_seen':
      return `<@${event.by}> has seen the broken glass.`;
  }
}

/** Who wants it and why, how many more it takes, and until when. */
export function sayAsked(
  { people, reason, persons }: { people: { by: string }[]; reason: string; persons: number },
  until: string,
): string {
  const missing = persons - people.length;
  const who = sayPeople(people.map(({ by }) => by));
  return `*${who} ${people.length === 1 ? 'wants' : 'want'} to break the glass*: ${sayReason(reason)}. ${sayMissing(missing)} ${missing === 1 ? 'has' : 'have'} to confirm before ${until}; then it goes on without the missing approvals. ${notLifted}`;
}

/** `Broken glass by @ana and @cat: “the shop is down”.`, for ever, and who looked. */
export function sayBroken({ people, reason, seen, holds }: BrokenGlass): string {
  const looked = seen === null ? 'No approver has looked yet.' : `Seen by <@${seen.by}>.`;
  const earlier = holds ? '' : ' for an earlier plan';
  return `*Broken glass*${earlier} by ${sayPeople(people)}: ${sayReason(reason)}. ${looked}`;
}

/** What the administrators of the bot are told of it. */
export function sayBrokenElsewhere(
  number: number,
  {
    environment,
    channel,
    people,
    reason,
  }: { environment: string; channel: string; people: string[]; reason: string },
): string {
  return `*Broken glass*: #${number} goes on in \`${environment}\` without its approvals, by ${sayPeople(people)}: ${sayReason(reason)}. It is told in <#${channel}>.`;
}

function sayMissing(count: number): string {
  return count === 1 ? 'One more person who deploys there' : `${count} more people who deploy there`;
}

function sayPeople(people: string[]): string {
  return joined(people.map((id) => `<@${id}>`));
}

const longestReason = 300;

function sayReason(reason: string): string {
  return `\`${harmless(reason, longestReason).replace(/\.$/, '')}\``;
}
