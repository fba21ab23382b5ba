import { findEnvironment } from '../../app/find-environment.ts';
import { nearest } from '../../domain/nearest.ts';
import { quote } from '../../domain/quote.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import { type MessageContent, section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import type { Command } from './command-text.ts';
import { commandWords, type ExampleNames, exampleOf, sayHelp, sayUsage } from './help.ts';

/** `help`, a command that lacks something, or anything that is none: answered with an example that works here as it is typed. */
export async function answerUnknown(
  needs: BotNeeds,
  parsed: Extract<Command, { do: 'unknown' | 'incomplete' | 'help' }>,
): Promise<MessageContent> {
  const names = await exampleNames(needs);
  if (parsed.do === 'help') return words(`${sayNoSuch(parsed.about)}${sayHelp(parsed.about, names)}`);
  if (parsed.do === 'incomplete') return words(sayUsage(parsed.word, names));
  return words(
    `That is no command I know. ${sayNearest(parsed)} For example: \`${exampleOf(parsed.near, names)}\`. \`/deploy help\` lists them all.`,
  );
}

/** Help about a word that is no command says so before it lists them all. */
function sayNoSuch(about: string | null): string {
  return about === null || commandWords.includes(about) ? '' : `There is no command ${quote(about)}.\n`;
}

/** What is near nothing is nearest to the form, which asks for what it needs. */
function sayNearest({ near }: Extract<Command, { do: 'unknown' }>): string {
  return near === null
    ? 'The nearest is `/deploy` itself, which opens the form.'
    : `The nearest is \`/deploy ${near}\`.`;
}

/** Names of this installation; where it has none yet, names that say what would stand there. */
async function exampleNames({ app, listCatalog }: BotNeeds): Promise<ExampleNames> {
  const { environments } = app.configuration();
  const open = environments.find(({ deploymentsEnabled }) => deploymentsEnabled) ?? environments[0];
  // Help is given also while the database cannot be read.
  const [newest] = await app.store.list({ limit: 1 }).catch(() => []);
  const [revision] = await listCatalog();
  return {
    environment: open?.name ?? 'ENVIRONMENT',
    revision: revision?.name ?? 'NAME@VERSION',
    number: newest?.number ?? 1,
  };
}

/** A request for an environment that there is not: the nearest one, and the request as it would be right. Null: it is there. */
export function answerMisnamed(
  { app }: BotNeeds,
  { selection, environment, when }: Extract<Command, { do: 'form' }>,
): MessageContent | null {
  if (environment === null) return null;
  const found = findEnvironment(app.configuration(), environment);
  if (found.ok) return null;
  const names = app.configuration().environments.map(({ name }) => name);
  const near = nearest(environment, names);
  const right = `/deploy ${selection.join(' ')} to ${near ?? ''} ${when}`.trim();
  return words(
    `${sayRefusals(found.refusals)}${near === null ? '' : ` For example: \`${right.replaceAll('`', "'")}\``}`,
  );
}

function words(text: string): MessageContent {
  return { text, blocks: [section(text)] };
}
