import { stripHidden } from '../domain/quote.ts';

/** Longest text of one section, in characters. */
export const maxSectionLength = 3_000;

/**
 * Our own sentences as mrkdwn: everything is escaped, and only mentions of people and groups in our own form come
 * back, so that no name, reason or output can ping, link or break out. Use together with `verbatim: true`.
 */
export function mrkdwn(text: string): string {
  return escapeText(stripHidden(text))
    .replaceAll(/&lt;@([UW][A-Z0-9]+)&gt;/g, '<@$1>')
    .replaceAll(/&lt;!subteam\^(S[A-Z0-9]+)&gt;/g, '<!subteam^$1>')
    .replaceAll(/&lt;!date\^(\d+)\^(\{date_short_pretty\} \{time\})\|([^&<>|]*)&gt;/g, '<!date^$1^$2|$3>');
}

/** Slack's three characters, escaped. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Cuts to a number of characters, with an ellipsis where something was cut. */
export function cut(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

/** An instant in each reader's own zone, with the given zone for everybody else. */
export function slackInstant(instant: number, fallback: string): string {
  return `<!date^${Math.floor(instant / 1_000)}^{date_short_pretty} {time}|${fallback}>`;
}
