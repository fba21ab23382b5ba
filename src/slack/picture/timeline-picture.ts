import { localTime } from '../../domain/calendar/calendar.ts';
import type { Stretch, Timeline, TimelineRow } from '../../progress/timeline.ts';
import { sayDuration } from '../../wording/duration.ts';
import { sayServerState } from '../../wording/server-state.ts';
import { colours, cutMiddle, text } from './svg.ts';
import { chooseTicks } from './ticks.ts';

/** A drawing, and what somebody hears who cannot see it. */
export interface Drawing {
  svg: string;
  /** At most 1,000 characters. */
  altText: string;
}

const width = 960;
const left = 236;
const right = width - 180;
const top = 92;
const mostRows = 120;
const longestName = 26;

/** Draws an attempt: a line for each server, what it went through by the clock of the zone, and how it ended. */
export function drawTimeline(title: string, timeline: Timeline, zone: string): Drawing {
  const rows = shownRows(timeline.rows);
  const rowHeight = rows.length > 40 ? 17 : 24;
  const hidden = timeline.rows.length - rows.length;
  const bottom = top + rows.length * rowHeight;
  const height = bottom + (hidden > 0 ? 62 : 40);
  const place = (at: number): number => placeOf(timeline, at);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans">`,
    patterns,
    `<rect width="${width}" height="${height}" rx="12" fill="${colours.ground}"/>`,
    text(24, 34, cutMiddle(title, 72), { size: 17, weight: 'bold' }),
    text(24, 58, sayAttempt(timeline, zone), { size: 12.5, colour: colours.quiet }),
    ...axis(timeline, zone, bottom),
    ...rows.flatMap((row, index) => drawRow(row, top + index * rowHeight, rowHeight, place)),
    ...(hidden > 0
      ? [text(24, bottom + 22, `and ${hidden} more, all of them ok`, { size: 12.5, colour: colours.quiet })]
      : []),
    ...legend(height - 16),
    '</svg>',
  ];
  return { svg: parts.join('\n'), altText: describe(title, timeline, zone) };
}

/** All of them; where there are too many, whatever did not go well and the first of the others, in the order of the plan. */
function shownRows(rows: TimelineRow[]): TimelineRow[] {
  if (rows.length <= mostRows) return rows;
  const bad = rows.filter((row) => !isWell(row)).length;
  let room = Math.max(mostRows - bad, 0);
  return rows.filter((row) => {
    if (!isWell(row)) return true;
    room -= 1;
    return room >= 0;
  });
}

function isWell({ state, isHeld }: TimelineRow): boolean {
  return state === 'ok' && !isHeld;
}

function placeOf({ from, to }: Timeline, at: number): number {
  const share = to > from ? Math.min(Math.max((at - from) / (to - from), 0), 1) : 0;
  return Math.round((left + share * (right - left)) * 10) / 10;
}

function axis(timeline: Timeline, zone: string, bottom: number): string[] {
  return chooseTicks(timeline.from, timeline.to, zone).flatMap(({ at, label }) => {
    const x = placeOf(timeline, at);
    return [
      `<line x1="${x}" y1="${top - 6}" x2="${x}" y2="${bottom}" stroke="${colours.line}"/>`,
      text(x, top - 10, label, { size: 10.5, colour: colours.quiet, anchor: 'middle' }),
    ];
  });
}

function drawRow(row: TimelineRow, y: number, height: number, place: (at: number) => number): string[] {
  const middle = y + height / 2;
  const size = height > 20 ? 12.5 : 11;
  const bar = height - 9;
  return [
    text(24, middle + size / 3, cutMiddle(row.server, longestName), { size }),
    `<line x1="${left}" y1="${middle}" x2="${right}" y2="${middle}" stroke="${colours.line}"/>`,
    ...row.spans.map(({ stretch, from, to }) => {
      const x = place(from);
      const length = Math.max(place(to) - x, 1.5);
      return `<rect x="${x}" y="${middle - bar / 2}" width="${length}" height="${bar}" rx="2" ${looks[stretch]}/>`;
    }),
    ...(row.backAt === null
      ? []
      : [`<circle cx="${place(row.backAt)}" cy="${middle}" r="3.5" fill="${colours.good}"/>`]),
    text(right + 14, middle + size / 3, sayRow(row), { size, colour: colourOf(row) }),
  ];
}

/** Hollow, full, striped and dotted: told apart without colours too. */
const looks: Record<Stretch, string> = {
  out: `fill="none" stroke="${colours.out}"`,
  deploying: `fill="${colours.deploying}"`,
  verifying: 'fill="url(#stripes)"',
  undoing: 'fill="url(#dots)"',
};

const patterns = `<defs>
<pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="${colours.ground}"/><rect width="3.4" height="6" fill="${colours.verifying}"/></pattern>
<pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="${colours.undoing}"/><circle cx="2.5" cy="2.5" r="1.3" fill="${colours.ground}"/></pattern>
</defs>`;

function legend(y: number): string[] {
  const entries: [Stretch, string][] = [
    ['out', 'out of service'],
    ['deploying', 'deploying'],
    ['verifying', 'verifying'],
    ['undoing', 'restoring'],
  ];
  const drawn = entries.flatMap(([stretch, words], index) => [
    `<rect x="${24 + index * 150}" y="${y - 10}" width="22" height="11" rx="2" ${looks[stretch]}/>`,
    text(54 + index * 150, y, words, { size: 11.5, colour: colours.quiet }),
  ]);
  const x = 24 + entries.length * 150;
  const back = `<circle cx="${x + 5}" cy="${y - 4.5}" r="3.5" fill="${colours.good}"/>`;
  return [...drawn, back, text(x + 16, y, 'back in service', { size: 11.5, colour: colours.quiet })];
}

function sayRow(row: TimelineRow): string {
  const worked = row.spans.filter(({ stretch }) => stretch !== 'out');
  const took = worked.reduce((sum, { from, to }) => sum + to - from, 0);
  const duration = worked.length === 0 ? '' : ` ${sayDuration(took)}`;
  return `${signs[row.state]} ${sayState(row)}${row.isHeld ? '' : duration}`;
}

const signs: Record<TimelineRow['state'], string> = {
  pending: '·',
  preflight_failed: '✗',
  deploying: '…',
  ok: '✓',
  error: '✗',
  unknown: '?',
  skipped: '–',
  cancelled: '–',
  rolled_back: '↶',
  excluded: '–',
};

/** As the card says it, only shorter where a line has no room for more. */
function sayState({ state, isHeld }: TimelineRow): string {
  const words = state === 'rolled_back' ? 'rolled back' : sayServerState(state);
  return isHeld ? `${words}, held` : words;
}

function colourOf(row: TimelineRow): string {
  if (isWell(row)) return colours.good;
  return row.state === 'skipped' || row.state === 'cancelled' || row.state === 'pending'
    ? colours.quiet
    : colours.bad;
}

function sayAttempt({ attempt, from, to, rows }: Timeline, zone: string): string {
  const done = rows.filter(({ state }) => state === 'ok').length;
  const again = attempt > 1 ? `attempt ${attempt}, ` : '';
  return `${again}${localTime(from, zone).replace('T', ' ')} ${zone}, ${sayDuration(to - from)}, ${done} of ${rows.length} servers ok`;
}

const longestAltText = 1_000;

function describe(title: string, timeline: Timeline, zone: string): string {
  const others = timeline.rows.filter((row) => !isWell(row)).map((row) => `${row.server}: ${sayState(row)}`);
  const rest = others.length === 0 ? '' : ` To look at: ${others.join('; ')}.`;
  const whole = `Timeline of ${title}: ${sayAttempt(timeline, zone)}.${rest}`;
  return whole.length <= longestAltText ? whole : `${whole.slice(0, longestAltText - 1)}…`;
}
