/** What rendering must know of the workspace. */
export interface RenderContext {
  /** The name behind an id of a person, a channel or a group. */
  nameOf: (id: string) => string | undefined;
  /** IANA zone in which dates are shown; UTC when left out. */
  timezone?: string;
}

/** mrkdwn as a person reads it in a terminal: names for ids, dates in their zone, entities unescaped. */
export function renderMarkup(text: string, context: RenderContext): string {
  const { nameOf } = context;
  return text
    .replaceAll(/<([^<>]+)>/g, (_whole, inner: string) => {
      const [target, label] = splitOnce(inner, '|');
      if (target.startsWith('!date^')) return renderDate(target, label ?? '', context);
      if (target.startsWith('@')) return `@${nameOf(target.slice(1)) ?? label ?? target.slice(1)}`;
      if (target.startsWith('#')) return `#${nameOf(target.slice(1)) ?? label ?? target.slice(1)}`;
      if (target.startsWith('!subteam^')) return `@${nameOf(target.slice(9)) ?? label ?? target.slice(9)}`;
      if (target.startsWith('!')) return `@${target.slice(1)}`;
      return label === undefined ? target : `${label} (${target})`;
    })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** `!date^1700000000^{date_short} {time}^link`, or the fallback when the moment is no number. */
function renderDate(target: string, fallback: string, { timezone = 'UTC' }: RenderContext): string {
  const [, seconds = '', pattern = ''] = target.split('^');
  const at = Number(seconds) * 1_000;
  if (seconds === '' || Number.isNaN(at)) return fallback;
  const format = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat('en-GB', { timeZone: timezone, ...options }).format(at);
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  const day = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  return pattern.replaceAll(/\{(\w+)\}/g, (token, name: string) => {
    if (name === 'time') return format(clock);
    if (name === 'time_secs') return format({ ...clock, second: '2-digit' });
    if (name === 'date_num') return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(at);
    if (name.startsWith('date_long')) return format({ ...day, weekday: 'long', month: 'long' });
    return name.startsWith('date') ? format(day) : token;
  });
}
