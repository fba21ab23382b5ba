import { localTime, resolveLocalTime } from '../calendar/calendar.ts';

const morning = '08:00';
const dayMs = 86_400_000;

/** The next 8:00 on the clocks of a zone after an instant, epoch milliseconds: when people come in. */
export function morningAfter(instant: number, zone: string): number {
  const noon = Date.parse(`${localTime(instant, zone).slice(0, 10)}T12:00:00Z`);
  const days = [0, 1].map((offset) => new Date(noon + offset * dayMs).toISOString().slice(0, 10));
  const mornings = days.flatMap((day) => {
    const { instants, nearest } = resolveLocalTime(`${day}T${morning}`, zone);
    return instants[0] ?? nearest?.[1] ?? [];
  });
  return mornings.find((found) => found > instant) ?? instant + dayMs;
}
