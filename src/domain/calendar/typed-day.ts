import { localTime } from './calendar.ts';

const dayMs = 86_400_000;
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/**
 * The days that typed words can mean, `2026-12-24`, nearest first, in lower case: the earliest of them on which the hour
 * is still to come is meant. Empty where the words name no day.
 */
export function typedDays(words: string[], now: number, zone: string): string[] {
  const today = localTime(now, zone).slice(0, 10);
  const [first = '', second, third] = words.filter((word) => word !== 'next' && word !== 'this');
  if (second !== undefined) return datesOf([first, second, third], today);
  if (first === '') return words.length > 0 ? [] : [today, later(today, 1)];
  if (first === 'today' || first === 'tonight') return [today];
  if (first === 'tomorrow') return [later(today, 1)];
  if (/^\d{4}-\d{2}-\d{2}$/.test(first)) return [first];
  const weekday = indexOfBegun(first, weekdays);
  return weekday === null ? [] : [later(today, daysUntil(weekday, today))];
}

/** The day so many days after another one; both `2026-12-24`. */
function later(date: string, days: number): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** From 1 to 7: today's name means the day in a week. */
function daysUntil(weekday: number, today: string): number {
  return (weekday - new Date(`${today}T12:00:00Z`).getUTCDay() + 7) % 7 || 7;
}

/** `24 dec`, `dec 24`, `24th december 2026`: without a year this one or the next. */
function datesOf([one = '', other = '', year]: (string | undefined)[], today: string): string[] {
  const [day, name] = /^\d/.test(one) ? [one, other] : [other, one];
  const number = /^(\d{1,2})(?:st|nd|rd|th)?$/.exec(day)?.[1];
  const month = indexOfBegun(name, months);
  if (number === undefined || month === null || (year !== undefined && !/^\d{4}$/.test(year))) return [];
  const thisYear = Number(today.slice(0, 4));
  const years = year === undefined ? [thisYear, thisYear + 1] : [Number(year)];
  const [mm, dd] = [month + 1, Number(number)].map((part) => String(part).padStart(2, '0'));
  return years.map((yyyy) => `${yyyy}-${mm}-${dd}`);
}

/** Which of these begins so, by its first three letters at least. */
function indexOfBegun(word: string, names: string[]): number | null {
  const index = word.length < 3 ? -1 : names.findIndex((name) => name.startsWith(word));
  return index === -1 ? null : index;
}
