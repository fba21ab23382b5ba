import { needsWatcher } from '../domain/calendar/night.ts';
import type { Environment } from '../domain/configured/environment.ts';
import type { DueChange } from '../store/due.ts';

const minuteMs = 60_000;

/** When the servers of a deployment with an hour are rehearsed, its owners asked, and a watcher looked for. */
export function preparationDue(environment: Environment, startsAt: number): DueChange[] {
  const { rehearsal, ownerConsent, watcher } = environment;
  const before = (minutes: number): number => startsAt - minutes * minuteMs;
  return [
    ...(rehearsal?.minutesBefore ?? []).map((minutes): DueChange => ({
      add: 'rehearsal',
      at: before(minutes),
    })),
    ...(ownerConsent ? [{ add: 'consent' as const, at: before(ownerConsent.minutesBefore) }] : []),
    ...(watcher && needsWatcher(environment, startsAt)
      ? [{ add: 'watch' as const, at: before(watcher.confirmMinutes) }]
      : []),
  ];
}
