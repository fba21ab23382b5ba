import { mention } from '../domain/actor.ts';
import type { ExcludedServer, OwnedServers, PreparationEvent } from '../domain/events/preparation-event.ts';
import { harmless } from '../domain/quote.ts';
import { joined } from './joined.ts';
import type { SayInstant } from './say-instant.ts';

type EventOf<T extends PreparationEvent['type']> = Extract<PreparationEvent, { type: T }>;

/** What was rehearsed, asked and decided around a start, in one line. */
export function sayPreparation(event: PreparationEvent, sayInstant: SayInstant): string {
  switch (event.type) {
    case 'servers_excluded':
      return sayExclusion(event);
    case 'servers_included':
      return `${mention(event)} includes ${event.servers.join(', ')} again.`;
    case 'rehearsal_asked':
    case 'server_checked':
      return '';
    case 'rehearsed':
      return sayRehearsal(event);
    case 'owners_asked':
      return sayOwnersAsked(event, sayInstant);
    case 'owner_agreed':
      return event.by === event.owner
        ? `${mention(event)} agrees for ${event.servers.join(', ')}.`
        : `${mention(event)} has ${event.servers.join(', ')} deployed to all the same; the owner <@${event.owner}> cannot be asked.`;
    case 'watcher_asked':
      return `Who watches? It starts ${sayInstant(event.startsAt)}, outside working hours: ${event.people.join(', ') || event.roles.join(', ')}. ${absent[event.ifAbsent]}`;
    case 'watch_taken':
      return `${mention(event)} watches${event.from === null ? '' : `, and no longer <@${event.from}>`}.`;
    case 'watch_offered':
      return `${mention(event)} hands the watch over to <@${event.to}>, once they press *I am watching*.`;
  }
}

/** What a named person left out, to be said last in every result (law 13); '' where nothing was. */
export function sayExcluded(excluded: ExcludedServer[] = []): string {
  const together = new Map<string, string[]>();
  for (const each of excluded) {
    const why = `by ${mention(each)} (${sayReason(each)})`;
    together.set(why, [...(together.get(why) ?? []), each.server]);
  }
  return [...together].map(([why, servers]) => `${servers.join(', ')} ${why}`).join('; ');
}

/** What people and servers said is no markup of ours; our own sentences name owners. */
function sayReason({ cause, reason }: Pick<ExcludedServer, 'cause' | 'reason'>): string {
  return cause === 'owner' || cause === 'not-ready' ? harmless(reason, longestReason) : reason;
}

const longestReason = 300;

const absent: Record<EventOf<'watcher_asked'>['ifAbsent'], string> = {
  pause: 'If nobody does, it waits at its start.',
  go: 'If nobody does, it starts all the same.',
  skip: 'If nobody does, it is not started.',
};

function sayExclusion(event: EventOf<'servers_excluded'>): string {
  const servers = event.servers.join(', ');
  const { length } = event.servers;
  const floor = event.floor ? ` *Capacity*: ${event.floor.join('; ')}.` : '';
  if (event.cause === 'silence') return `*Excluded*: ${servers}, because ${event.reason}.`;
  if (event.cause === 'owner')
    return `*Not tonight*: ${mention(event)} excludes ${servers}: ${sayReason(event)}.`;
  const rest = `The approval of the rest stays.`;
  return `${mention(event)} excludes *${servers}*: ${sayReason(event)}. ${length === 1 ? 'It is' : 'They are'} left as ${length === 1 ? 'it is' : 'they are'}. ${rest}${floor}`;
}

function sayRehearsal({ ready, problems, unanswered, obstacles }: EventOf<'rehearsed'>): string {
  const total = ready + problems.length + unanswered.length;
  const found = [
    ...problems.map(({ message }) => message),
    ...(unanswered.length > 0 ? [`no answer yet from ${unanswered.join(', ')}`] : []),
  ];
  const against = obstacles.length === 0 ? '' : ` *Against the start*: ${obstacles.join('; ')}.`;
  if (found.length === 0)
    return `Rehearsal: ${total === 1 ? 'the server is' : `all ${total} servers are`} ready.${against}`;
  return `*Rehearsal*: ${ready} of ${total} ready: ${found.join('; ')}.${against}`;
}

function sayOwnersAsked(event: EventOf<'owners_asked'>, sayInstant: SayInstant): string {
  const { owners, gone, until, approved = [] } = event;
  const silence = event.silence === 'yes' ? 'yes' : 'no, and then their servers are left out';
  const asked = `Owners are asked: ${owners.map(sayOwned).join('; ')}. They may answer until ${sayInstant(until)}; no answer counts as ${silence}.${sayApproved(event.silence, approved)}`;
  const left = `${gone.map(sayOwned).join('; ')} cannot be asked, because the account is gone or no member: ${mention({ by: event.requestedBy })} decides.`;
  return [...(owners.length > 0 ? [asked] : []), ...(gone.length > 0 ? [left] : [])].join(' ');
}

/** Where silence is a no, whoever approved the plan has said yes already. */
function sayApproved(silence: 'yes' | 'no', approved: string[]): string {
  if (silence === 'yes' || approved.length === 0) return '';
  const has = approved.length === 1 ? 'has approved it, and needs' : 'have approved it, and need';
  return ` ${joined(approved.map((id) => `<@${id}>`))} ${has} not answer.`;
}

function sayOwned({ owner, servers }: OwnedServers): string {
  return `<@${owner}> for ${servers.join(', ')}`;
}
