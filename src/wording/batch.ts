import type { BatchOnFailure } from '../domain/batch/on-failure.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';

/** What happened to a deployment's place on its list, in one line. */
export function sayBatchEvent(
  event: Extract<DeploymentEvent, { type: 'batch_joined' | 'batch_ordered' | 'batch_waits' }>,
): string {
  switch (event.type) {
    case 'batch_joined':
      return `It joined the batch of ${sayNumbered(event.behind)} as the last one.`;
    case 'batch_ordered':
      return `<@${event.by}> ordered the batch: it is ${event.place} of ${event.of} now. ${sayOnFailure(event.onFailure)}`;
    case 'batch_waits':
      return '';
  }
}

/** What becomes of the rest where one of a batch fails. */
export function sayOnFailure(onFailure: BatchOnFailure): string {
  return onFailure === 'continue'
    ? 'If one fails, the others go on.'
    : 'If one fails, what has not begun does not begin.';
}

/** `#1040, #1041`. */
export function sayNumbered(numbers: number[]): string {
  return numbers.map((number) => `#${number}`).join(', ');
}
