import type { DeploymentState } from '../domain/deployment/deployment.ts';
import { sayState } from '../domain/deployment/say-state.ts';
import type { Listed } from './listed.ts';
import type { SayInstant } from './say-instant.ts';

const mostLines = 8;
const inOrder: Partial<Record<DeploymentState, number>> = { running: 0, waiting: 0, paused: 0, queued: 1 };

/** What else is under way, queued or planned in an environment, a line each: what runs first, then the queue, then by hour. */
export function sayBeside(beside: Listed[], sayInstant: SayInstant): string[] {
  const sorted = beside.toSorted(
    (one, other) =>
      placeOf(one) - placeOf(other) ||
      (one.startsAt ?? 0) - (other.startsAt ?? 0) ||
      one.number - other.number,
  );
  const lines = sorted.slice(0, mostLines).map((deployment) => sayOne(deployment, sayInstant));
  const more = sorted.length - lines.length;
  return more > 0 ? [...lines, `… and ${more} more`] : lines;
}

function placeOf({ state }: Pick<Listed, 'state'>): number {
  return inOrder[state] ?? 2;
}

function sayOne({ number, title, state, startsAt, requestedBy }: Listed, sayInstant: SayInstant): string {
  const when = startsAt === null || placeOf({ state }) < 2 ? '' : `, ${sayInstant(startsAt)}`;
  return `*#${number}* ${title}: ${sayState(state)}${when}, <@${requestedBy}>`;
}

/** Behind what a deployment would wait that is to begin now: `It waits for #41 and #42, as number 3.` Empty where the way is free. */
export function sayQueuePlace(beside: Listed[]): string {
  const before = beside.filter(({ state }) => inOrder[state] !== undefined).map(({ number }) => `#${number}`);
  if (before.length === 0) return '';
  const shown = before.slice(0, mostLines).join(', ');
  return `To begin now it waits for ${shown}${before.length > mostLines ? ', …' : ''}, as number ${before.length + 1} in line.`;
}
