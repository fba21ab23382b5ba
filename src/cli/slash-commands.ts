import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';
import { z } from 'zod';

import type { SlashCommand } from '../sandbox/page/snapshot.ts';

const manifestFile = resolve(dirname(fileURLToPath(import.meta.url)), '../../manifest.yml');

const manifest = z.object({
  features: z.object({
    slash_commands: z.array(
      z.object({ command: z.string(), description: z.string(), usage_hint: z.string() }),
    ),
  }),
});

/** The slash commands as the app's own manifest announces them. */
export function readSlashCommands(): SlashCommand[] {
  const { features } = manifest.parse(parse(readFileSync(manifestFile, 'utf8')));
  return features.slash_commands.map(({ command, description, usage_hint: usageHint }) => ({
    command,
    description,
    usageHint,
  }));
}
