import type { EnvironmentChoices } from '../domain/plan/environment-choices.ts';

const mostNames = 10;

/** Why environments are not offered and who can help, a line each reason; empty where all are. */
export function sayLeftOut({ notTheirs, unfit }: EnvironmentChoices): string[] {
  const byHelper = gather(notTheirs, ({ wayOut }) => wayOut);
  const byReason = gather(unfit, ({ environment, reason }) =>
    reason.replaceAll(`\`${environment.name}\``, 'it'),
  );
  return [
    ...[...byHelper].map(([wayOut, names]) => `Not yours: ${sayNames(names)}. ${wayOut}`),
    ...[...byReason].map(([reason, names]) => `Left out: ${sayNames(names)}, because ${endSentence(reason)}`),
  ];
}

/** What somebody reads who may deploy nowhere: why, and who can help. */
export function sayNowhere({ notTheirs }: EnvironmentChoices, message: string): string {
  const helpers = [...new Set(notTheirs.map(({ wayOut }) => wayOut))];
  return [message, ...helpers].join(' ');
}

function gather<T extends { environment: { name: string } }>(
  items: T[],
  keyOf: (item: T) => string,
): Map<string, string[]> {
  const gathered = new Map<string, string[]>();
  for (const item of items) {
    const key = keyOf(item);
    gathered.set(key, [...(gathered.get(key) ?? []), item.environment.name]);
  }
  return gathered;
}

function sayNames(names: string[]): string {
  const shown = names.slice(0, mostNames).map((name) => `\`${name}\``);
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function endSentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
