import type { AppNeeds } from '../app/needs.ts';
import { harmless, stripHidden } from '../domain/quote.ts';
import { plainText } from '../wording/plain.ts';

/** Our sentences for a terminal: mentions become names, marks go, and nothing in them can steer the terminal. */
export async function forTerminal(
  app: Pick<AppNeeds, 'findPerson' | 'configuration'>,
  text: string,
): Promise<string> {
  const ids = new Set([...text.matchAll(/<@([UW][A-Z0-9]+)>/g)].map((match) => match[1] ?? ''));
  const names = new Map(
    await Promise.all([...ids].map(async (id) => [id, (await app.findPerson(id)).name] as const)),
  );
  return stripHidden(plainText(text, (id) => harmless(names.get(id) ?? roleOfGroup(app, id) ?? id)));
}

/** A group of Slack by the first role that it holds: its id says nothing to anybody. */
function roleOfGroup({ configuration }: Pick<AppNeeds, 'configuration'>, id: string): string | undefined {
  return Object.entries(configuration().roles).find(([, { usergroups }]) => usergroups.includes(id))?.[0];
}

/** What a person wrote, for a terminal: word for word, and none of its lines can pass for one of ours. */
export function wordForWord(text: string): string {
  return stripHidden(text)
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll('\n', '\n    ');
}

/** A sentence for a program: people by their Slack id, without marks. */
export function forProgram(text: string): string {
  return stripHidden(text.replaceAll(/<@([UW][A-Z0-9]+)>/g, '$1').replaceAll('`', ''));
}

/** An instant for a program. */
export function isoInstant(instant: number): string {
  return new Date(instant).toISOString();
}
