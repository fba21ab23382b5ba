/** A date as Slack's `<!date^…>` writes it in somebody's zone; the fallback where the pattern says nothing. */
export function formatDate(
  { seconds, pattern, fallback }: { seconds: number; pattern: string; fallback: string },
  { zone, now }: { zone: string; now: number },
): string {
  if (!Number.isFinite(new Date(seconds * 1_000).getTime())) return fallback;
  const filled = pattern.replaceAll(/\{(\w+)\}/g, (token, name: string) =>
    fillToken(name, seconds * 1_000, { zone, now }, token),
  );
  return filled.trim() === '' ? fallback : filled;
}

interface Reader {
  zone: string;
  /** Epoch milliseconds. */
  now: number;
}

function fillToken(name: string, at: number, reader: Reader, token: string): string {
  const { zone } = reader;
  const day = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  switch (name) {
    case 'time':
      return sayClock(at, zone);
    case 'time_secs':
      return format(at, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
    case 'date_num':
      return dayKey(at, zone);
    case 'ago':
      return sayAgo(at, reader.now);
    case 'date_long':
      return format(at, zone, { ...day, weekday: 'long', month: 'long' });
    case 'date_long_pretty':
      return nearDay(at, reader) ?? format(at, zone, { ...day, weekday: 'long', month: 'long' });
    case 'date':
      return format(at, zone, { ...day, month: 'long' });
    case 'date_pretty':
      return nearDay(at, reader) ?? format(at, zone, { ...day, month: 'long' });
    case 'date_short':
      return format(at, zone, day);
    case 'date_short_pretty':
      return nearDay(at, reader) ?? format(at, zone, day);
    default:
      return token;
  }
}

/** `21:05` in a zone. */
export function sayClock(at: number, zone: string): string {
  return format(at, zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** `Today`, `Yesterday`, or `Saturday, 21 November`: the line between the days of a channel. */
export function sayDay(at: number, reader: Reader): string {
  const near = nearDay(at, reader);
  if (near) return near.charAt(0).toUpperCase() + near.slice(1);
  return format(at, reader.zone, { weekday: 'long', day: 'numeric', month: 'long' });
}

/** `2026-11-21` in a zone: equal for moments of one day. */
export function dayKey(at: number, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at);
}

/** `12 s ago`, `5 minutes ago`, `in 2 hours`. */
export function sayAgo(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1_000);
  const size = Math.abs(seconds);
  const [count, unit] =
    size < 60 ? [size, 's'] : size < 3_600 ? [Math.round(size / 60), 'min'] : [Math.round(size / 3_600), 'h'];
  if (size === 0) return 'just now';
  return seconds > 0 ? `${count} ${unit} ago` : `in ${count} ${unit}`;
}

function nearDay(at: number, { zone, now }: Reader): string | null {
  const oneDayMs = 24 * 3_600_000;
  const key = dayKey(at, zone);
  if (key === dayKey(now, zone)) return 'today';
  if (key === dayKey(now - oneDayMs, zone)) return 'yesterday';
  return key === dayKey(now + oneDayMs, zone) ? 'tomorrow' : null;
}

function format(at: number, zone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(at);
}
