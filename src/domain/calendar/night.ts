import type { Environment } from '../configured/environment.ts';
import { localTime } from './calendar.ts';

/** Whether an instant lies outside the hours in which nobody needs to watch; never where no watcher is wanted. */
export function needsWatcher({ watcher, timezone }: Environment, instant: number): boolean {
  if (!watcher) return false;
  const [from, to] = watcher.outside;
  const time = localTime(instant, timezone).slice(-5);
  const isInside = from <= to ? time >= from && time < to : time >= from || time < to;
  return !isInside;
}
