import { nearest } from '../../domain/nearest.ts';
import { type Fault, type Path, fault } from '../fault.ts';
import { isRealTime } from '../real-time.ts';
import type { Salvaged } from '../salvage.ts';
import type { EnvironmentFile } from '../schema/configuration.ts';
import { type EnvironmentContext, present } from './context.ts';

type Window = NonNullable<Salvaged<NonNullable<EnvironmentFile['windows']>>[number]>;

/** Zones that do not exist, days that are in no calendar, and spans that end before they begin. */
export function checkCalendar({ environment, path }: EnvironmentContext): Fault[] {
  return [
    ...checkTimezone(environment.timezone, [...path, 'timezone']),
    ...present(environment.windows).flatMap(({ item, index }) =>
      checkWindow(item, [...path, 'windows', index]),
    ),
    ...present(environment.freezes).flatMap(({ item, index }) =>
      checkSpan(item.from, item.to, [...path, 'freezes', index]),
    ),
  ];
}

/** A fault where a zone is not in the IANA list. */
export function checkTimezone(zone: string | undefined, path: Path): Fault[] {
  if (zone === undefined || isZone(zone)) return [];
  const near = nearest(zone, Intl.supportedValuesOf('timeZone'));
  return [
    fault(
      path,
      `"${zone}" is no IANA time zone; ${near === null ? 'write one such as Europe/Madrid' : `did you mean "${near}"?`}`,
    ),
  ];
}

function isZone(zone: string): boolean {
  // An offset is no zone: it does not know summer time.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function checkWindow({ days, from, to }: Window, path: Path): Fault[] {
  if (from === undefined || to === undefined) return [];
  const dated = [from, to].filter((time) => time.includes('T')).length;
  if (dated === 1) return [fault(path, 'from and to are both times of day, or both a day and a time')];
  if (dated === 2 && days !== undefined)
    return [fault([...path, 'days'], 'a window from one day to another has no days; remove them')];
  if (dated === 2) return checkSpan(from, to, path);
  if (from === '24:00') return [fault([...path, 'from'], 'a window cannot open at 24:00; write 00:00')];
  return from === to ? [fault([...path, 'to'], 'the window closes when it opens')] : [];
}

function checkSpan(from: string | undefined, to: string | undefined, path: Path): Fault[] {
  const unreal = [
    { key: 'from', time: from },
    { key: 'to', time: to },
  ].flatMap(({ key, time }) =>
    time === undefined || isRealTime(time) ? [] : [fault([...path, key], `"${time}" is in no calendar`)],
  );
  if (unreal.length > 0 || from === undefined || to === undefined) return unreal;
  return from < to ? [] : [fault([...path, 'to'], 'must be later than from')];
}
