import type { AppNeeds } from '../app/needs.ts';
import { stripHidden } from '../domain/quote.ts';
import { plainText } from '../wording/plain.ts';

/** Our sentences for a terminal: mentions become names, marks go, and nothing in them can steer the terminal. */
export async function forTerminal(app: Pick<AppNeeds, 'findPerson'>, text: string): Promise<string> {
  const ids = new Set([...text.matchAll(/<@([UW][A-Z0-9]+)>/g)].map((match) => match[1] ?? ''));
  const names = new Map(
    await Promise.all([...ids].map(async (id) => [id, (await app.findPerson(id)).name] as const)),
  );
  return stripHidden(plainText(text, (id) => names.get(id) ?? id));
}

/** A sentence for a program: people by their Slack id, without marks. */
export function forProgram(text: string): string {
  return stripHidden(text.replaceAll(/<@([UW][A-Z0-9]+)>/g, '$1').replaceAll('`', ''));
}

/** An instant for a program. */
export function isoInstant(instant: number): string {
  return new Date(instant).toISOString();
}
