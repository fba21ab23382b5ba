/** `delegate …`: a vote goes into another hand, for one deployment or for an environment; what is missing is asked for in a form. */
export interface Delegate {
  do: 'delegate';
  /** A Slack user; null: nobody was named in a way that says who. */
  to: string | null;
  number: number | null;
  environment: string | null;
  /** As it was typed; '' where it was not. */
  until: string;
}

/** Reads the words after `/deploy delegate`; `off` takes every vote back. */
export function parseDelegate(words: string[]): Delegate | { do: 'take-votes-back' } {
  if (words.length === 1 && words[0]?.toLowerCase() === 'off') return { do: 'take-votes-back' };
  const at = words.findIndex((word) => word.toLowerCase() === 'until');
  const about = at < 0 ? words : words.slice(0, at);
  const number = about.map((word) => /^#?(\d{1,9})$/.exec(word)?.[1]).find((found) => found !== undefined);
  const environment = about.find(
    (word) => !word.startsWith('@') && !word.startsWith('<') && !/^#?\d+$/.test(word),
  );
  return {
    do: 'delegate',
    to: about.map((word) => /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(word)?.[1]).find(Boolean) ?? null,
    number: number === undefined ? null : Number(number),
    environment: environment ?? null,
    until: at < 0 ? '' : words.slice(at + 1).join(' '),
  };
}

/** Whether nothing has to be asked for. */
export function isWhole({ to, number, environment, until }: Delegate): boolean {
  return to !== null && (number !== null || (environment !== null && until !== ''));
}
