import { localTime, resolveLocalTime } from './calendar/calendar.ts';
import type { Weekday } from './configured/hours.ts';
import type { Refusal } from './verdict.ts';

/** What a direct message is about. */
export type NoticeKind = 'approval' | 'question' | 'own' | 'owner' | 'watch';

/** A time of day in which direct messages wait; over midnight where it ends before it begins. */
export interface QuietHours {
  /** Days on which it begins. */
  days: Weekday[];
  /** `22:00`, in the zone of the person. */
  from: string;
  to: string;
}

/** What one person chose about direct messages. */
export interface PersonSettings {
  /** Kinds that do not come. */
  off: NoticeKind[];
  /** Of their own deployments: what failed or needs somebody, or every start and end as well. */
  own: 'needed' | 'all';
  /** Environments of which nothing comes. */
  muted: string[];
  quiet: QuietHours | null;
}

/** What holds for whoever never chose. */
export const usualSettings: PersonSettings = { off: [], own: 'needed', muted: [], quiet: null };

/** Every day, as the week begins. */
export const weekdays: Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Why settings cannot hold; null where they can. */
export function refuseSettings({ quiet }: PersonSettings): Refusal | null {
  if (!quiet) return null;
  const { from, to, days } = quiet;
  if (from === '' || to === '')
    return refuseQuiet('Quiet hours need both a beginning and an end.', 'Choose both times, or clear both.');
  if (from === to)
    return refuseQuiet('Quiet hours cannot end when they begin.', 'Choose another end, or clear both times.');
  if (days.length > 0) return null;
  return refuseQuiet('Quiet hours need a day on which they begin.', 'Choose a day, or clear both times.');
}

function refuseQuiet(message: string, wayOut: string): Refusal {
  return { rule: 'quiet-hours', message, liftedBy: 'you', wayOut };
}

/** A direct message as far as settings judge it. */
export interface JudgedNotice {
  about: NoticeKind;
  environment: string;
  /** It tells of a start or an end only: nothing failed, and nobody is needed. */
  onlyNews: boolean;
  /** What it asks of the person begins, or is decided without them, then (epoch milliseconds; 0: it waits for them now); null: it asks nothing. */
  actBy: number | null;
}

/** Whether a direct message comes at all, and until when it waits (epoch milliseconds; null: not at all). */
export function judgeNotice(
  { off, own, muted, quiet }: PersonSettings,
  { about, environment, onlyNews, actBy }: JudgedNotice,
  { now, zone }: { now: number; zone: string },
): { comes: boolean; waitsUntil: number | null } {
  const comes = !off.includes(about) && !muted.includes(environment) && !(onlyNews && own === 'needed');
  const ends = quiet && quietUntil(quiet, zone, now);
  const isTooLateThen = ends !== null && actBy !== null && actBy < ends;
  return { comes, waitsUntil: isTooLateThen ? null : ends };
}

const dayMs = 86_400_000;

/** When the quiet hours end that hold at an instant; null where none do. */
export function quietUntil({ days, from, to }: QuietHours, zone: string, now: number): number | null {
  const today = Date.parse(`${localTime(now, zone).slice(0, 10)}T00:00Z`);
  const spans = [today - dayMs, today].flatMap((day) => {
    if (!days.includes(weekdayOf(day))) return [];
    return [{ begins: at(day, from, zone), ends: at(to <= from ? day + dayMs : day, to, zone) }];
  });
  const ends = spans.filter(({ begins, ends: end }) => begins <= now && now < end).map((span) => span.ends);
  return ends.length === 0 ? null : Math.max(...ends);
}

function weekdayOf(day: number): Weekday {
  return weekdays[(new Date(day).getUTCDay() + 6) % 7] ?? 'mon';
}

/** Where the clocks jump over that minute, the first one after. */
function at(day: number, time: string, zone: string): number {
  const { instants, nearest } = resolveLocalTime(`${new Date(day).toISOString().slice(0, 10)}T${time}`, zone);
  return instants[0] ?? nearest?.[1] ?? day;
}
