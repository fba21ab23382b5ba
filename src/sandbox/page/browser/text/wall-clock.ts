/** What a calendar and a clock on the wall show: `2026-11-21` and `21:05`. */
export interface WallClock {
  date: string;
  time: string;
}

/** What the wall clock of a zone shows at a moment in epoch seconds. */
export function wallClockAt(seconds: number, zone: string): WallClock {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(seconds * 1_000);
  const [date = '', time = ''] = parts.split(' ');
  return { date, time };
}

/**
 * The moment in epoch seconds at which the wall clock of a zone shows this; null while date or time is missing. An hour
 * that a zone skips in spring counts from the hour before; one that comes twice in autumn is the first.
 */
export function momentOf({ date, time }: WallClock, zone: string): number | null {
  const asUtc = Date.parse(`${date}T${time}:00Z`) / 1_000;
  if (Number.isNaN(asUtc)) return null;
  // The offset before the moment and the one after it: around a change of the clocks they differ.
  const dayBefore = asUtc - offsetSeconds(asUtc - 86_400, zone);
  const dayAfter = asUtc - offsetSeconds(asUtc + 86_400, zone);
  const shows = (moment: number): boolean => {
    const wall = wallClockAt(moment, zone);
    return wall.date === date && wall.time === time;
  };
  return [dayBefore, dayAfter].find(shows) ?? dayBefore;
}

function offsetSeconds(at: number, zone: string): number {
  const { date, time } = wallClockAt(at, zone);
  return Date.parse(`${date}T${time}:00Z`) / 1_000 - Math.floor(at / 60) * 60;
}
