import { mention } from '../domain/actor.ts';
import { sayTime } from '../domain/calendar/calendar.ts';
import { sayChoice } from '../domain/deployment/choice.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import type { Store } from '../store/store.ts';

/** A decision of a person, as far as somebody who comes too late is told of it. */
type Decision = Extract<
  DeploymentEvent,
  {
    type:
      | 'approved'
      | 'glass_broken'
      | 'rejected'
      | 'cancelled'
      | 'stop_requested'
      | 'retry_requested'
      | 'rollback_requested'
      | 'question_answered';
  }
>;

/**
 * Who decided it before, and when: `#7 was already approved by @ben at 14:02`, of the last decision that counts here.
 * Null where nobody did.
 */
export async function decidedAlready(
  store: Store,
  { number, zone }: Deployment,
  counts: (decision: Decision, version: number) => boolean,
): Promise<string | null> {
  const log = await store.eventsAfter(number, 0);
  const last = log.findLast(({ event, version }) => isDecision(event) && counts(event, version));
  if (!last || !isDecision(last.event)) return null;
  const { event, at } = last;
  const who =
    event.type === 'question_answered' && event.by === 'system' ? byDefault : `by ${mention(event)}`;
  return `#${number} was already ${wordsFor(event)} ${who} at ${sayTime(at, zone)}.`;
}

const byDefault = 'by Lamplighter, because nobody did in time,';

function isDecision(event: DeploymentEvent): event is Decision {
  return Object.hasOwn(words, event.type);
}

const words: Record<Decision['type'], string> = {
  approved: 'approved',
  glass_broken: 'sent on with broken glass',
  rejected: 'rejected',
  cancelled: 'cancelled',
  stop_requested: 'stopped',
  retry_requested: 'sent on to the remaining servers',
  rollback_requested: 'rolled back',
  question_answered: 'answered',
};

function wordsFor(event: Decision): string {
  if (event.type === 'retry_requested' && event.of !== undefined)
    return `sent on to ${event.servers.length} of the remaining ${event.of} servers`;
  return event.type === 'question_answered'
    ? `answered with "${sayChoice(event.choice)}"`
    : words[event.type];
}
