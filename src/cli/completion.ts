import type { Command } from 'commander';

import { processVariables, readEnvironment } from '../config/env.ts';
import { loadConfiguration } from '../config/load-configuration.ts';
import type { Configuration } from '../domain/configured/configuration.ts';
import { completeWords, type KnownNames } from './complete-words.ts';
import { filesMark } from './completion-scripts.ts';
import { directoryOf, openCatalogBeside } from './data-directory.ts';

/** What a shell asks at every Tab: prints what fits, a line each, and nothing at all where anything is wrong. */
export async function runComplete(program: Command, words: string[]): Promise<number> {
  const found = await completeWords(program, words, knownNames(words)).catch(() => ({ words: [] }));
  const lines = found === 'files' ? [filesMark] : found.words;
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return 0;
}

/** The file is only read where a name is asked for. */
function knownNames(words: string[]): KnownNames {
  const environment = readEnvironment(processVariables(), { needs: 'nothing' });
  const configuration = (): Configuration | null => {
    const named = words[words.indexOf('--config') + 1];
    const file = words.includes('--config') ? named : environment.ok && environment.value.configFile;
    const loaded = file ? loadConfiguration(file) : null;
    return loaded?.ok ? loaded.configuration : null;
  };
  const packages = async (): Promise<string[]> =>
    (configuration()?.catalog.packages ?? []).map(({ name, version }) => `${name}@${version}`);
  return {
    environments: async () => (configuration()?.environments ?? []).map(({ name }) => name),
    packages,
    revisions: async () => {
      const known = configuration();
      const grouped = new Set(await packages());
      if (!known || !environment.ok) return [];
      const data = directoryOf(environment.value.databaseFile);
      const listed = await openCatalogBeside(data, known).list();
      return listed.map(({ name }) => name).filter((name) => !grouped.has(name));
    },
  };
}
