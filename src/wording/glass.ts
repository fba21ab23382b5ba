import type { GlassEvent } from '../domain/deployment/glass-event.ts';
import type { BrokenGlass } from '../domain/deployment/glass.ts';
import { harmless } from '../domain/quote.ts';
import type { SayInstant } from './decision-line.ts';
import { joined } from './joined.ts';

/** What broken glass does not lift, wherever somebody is about to break it. */
export const notLifted = 'Windows, freezes and locks are not lifted.';

/** What happens when people go on without the approvals, in one line. */
export function sayGlass(event: GlassEvent, sayInstant: SayInstant): string {
  switch (event.type) {
    case 'glass_asked':
      return `*<@${event.by}> wants to break the glass*: ${sayReason(event.reason)}. ${sayMissing(event.persons - 1)} ${event.persons === 2 ? 'has' : 'have'} to confirm before ${sayInstant(event.lapsesAt)}; then it goes on without the missing approvals. ${notLifted}`;
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

/** `Broken glass by @ana and @cat: “the shop is down”.`, for ever, and who looked. */
export function sayBroken({ people, reason, seen, holds }: BrokenGlass): string {
  const looked = seen === null ? 'No approver has looked yet.' : `Seen by <@${seen.by}>.`;
  const void_ = holds ? '' : ' for an earlier plan';
  return `*Broken glass*${void_} by ${sayPeople(people)}: ${sayReason(reason)}. ${looked}`;
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

/** `One more person`, `2 more people`. */
function sayMissing(count: number): string {
  return count === 1 ? 'A second person' : `${count} more people`;
}

function sayPeople(people: string[]): string {
  return joined(people.map((id) => `<@${id}>`));
}

const longestReason = 300;

function sayReason(reason: string): string {
  return `\`${harmless(reason, longestReason)}\``;
}
