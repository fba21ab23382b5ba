import type { Argument, Command, Option } from 'commander';

/** What can stand at a place of the command line: these words, or the name of a file, which the shell knows best. */
export type Candidates = { words: string[] } | 'files';

/** Names that only the configuration knows; each answers nothing where there is none. */
export interface KnownNames {
  environments: () => Promise<string[]>;
  revisions: () => Promise<string[]>;
  packages: () => Promise<string[]>;
}

const nothing: Candidates = { words: [] };

/** What fits as the last of the words after the program's name, which may be begun or empty. */
export async function completeWords(
  program: Command,
  words: string[],
  known: KnownNames,
): Promise<Candidates> {
  const current = words.at(-1) ?? '';
  const { command, option, operands } = readWords(program, words.slice(0, -1));
  const glued = /^(--[\w-]+)=(.*)$/.exec(current);
  if (glued) {
    const [, flag = '', begun = ''] = glued;
    const found = await valuesOf(findOption(command, flag), known);
    return found === 'files'
      ? nothing
      : { words: startingWith(found.words, begun).map((word) => `${flag}=${word}`) };
  }
  const found = option ? await valuesOf(option, known) : await atPlace(command, { current, operands }, known);
  return found === 'files' ? found : { words: startingWith(found.words, current) };
}

interface Place {
  command: Command;
  /** The option whose value is next; null where none waits for one. */
  option: Option | null;
  /** How many arguments the command has been given. */
  operands: number;
}

function readWords(program: Command, words: string[]): Place {
  const place: Place = { command: program, option: null, operands: 0 };
  for (const word of words) {
    if (place.option) place.option = null;
    else if (word.startsWith('-')) place.option = waitingOption(place.command, word);
    else {
      const next = place.command.commands.find((command) => command.name() === word);
      if (next) place.command = next;
      else place.operands += 1;
    }
  }
  return place;
}

function waitingOption(command: Command, word: string): Option | null {
  const option = findOption(command, word);
  return option?.required ? option : null;
}

function findOption(command: Command, flag: string): Option | null {
  return command.options.find(({ long, short }) => flag === long || flag === short) ?? null;
}

async function atPlace(
  command: Command,
  { current, operands }: { current: string; operands: number },
  known: KnownNames,
): Promise<Candidates> {
  if (current.startsWith('-')) return { words: command.options.flatMap(({ long }) => long ?? []) };
  if (command.commands.length > 0) {
    const visible = command.createHelp().visibleCommands(command);
    return operands === 0 ? { words: visible.map((each) => each.name()) } : nothing;
  }
  return await valuesOf(command.registeredArguments[operands] ?? null, known);
}

/** By the name of the option or argument: what is called the same means the same everywhere. */
async function valuesOf(what: Option | Argument | null, known: KnownNames): Promise<Candidates> {
  if (!what) return nothing;
  if (what.argChoices) return { words: what.argChoices };
  switch (what.name()) {
    case 'environment':
      return { words: await known.environments() };
    case 'revision':
      return { words: await known.revisions() };
    case 'package':
      return { words: await known.packages() };
    case 'config':
    case 'file':
      return 'files';
    default:
      return nothing;
  }
}

function startingWith(words: string[], begun: string): string[] {
  return words.filter((word) => word.startsWith(begun));
}
