import { sayOverrideNeed } from '../domain/calendar/windows.ts';
import type { FreezeOverride } from '../domain/configured/hours.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { sayDuration } from './duration.ts';

type EventOf<T extends DeploymentEvent['type']> = Extract<DeploymentEvent, { type: T }>;

/** A reminder; only one about an approval calls people, those who can still give it. */
export function sayReminder({ about, minutesBefore, people = [] }: EventOf<'reminded'>): string {
  const left = sayDuration(minutesBefore * 60_000);
  if (about === 'start') return `It starts in ${left}.`;
  if (about !== 'approval') return `${minutesBefore} minutes left.`;
  const who = people.length === 0 ? '' : ` It waits for ${people.join(', ')}.`;
  return `It is not approved yet, and expires in ${left}.${who}`;
}

/** The hour has come: in time, or why it begins late all the same. */
export function sayQueued({ behind, late }: EventOf<'queued'>): string {
  const hour = late === undefined ? 'Its hour has come' : `${late}, and is started all the same`;
  return `${hour}${behind === null ? '' : `; it waits for #${behind} to end`}.`;
}

/** A start inside a freeze is no secret: what it takes stands where everybody reads. */
export function sayOverrides(overrides: FreezeOverride[] = []): string {
  return overrides.map((override) => ` It needs ${sayOverrideNeed(override)}.`).join('');
}

/** When the rest begins, where it waits for the next window. */
export function sayNextWindow(
  { startsAt }: EventOf<'retry_requested'>,
  sayInstant: (instant: number) => string,
): string {
  return startsAt === undefined ? '' : ` It starts ${sayInstant(startsAt)}, when the next window opens.`;
}

/** Why nothing further begins. */
export function sayWindowEnd({ window, stops }: EventOf<'window_ended'>): string {
  if (stops)
    return `*The window ${window} has ended*: what runs on servers is ended, and nothing further begins.`;
  return `The window ${window} has ended: what is under way is finished and put back, and nothing further begins.`;
}
