import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';
import { z } from 'zod';

import type { Shortcut, SlashCommand } from '../sandbox/page/snapshot.ts';

const manifestFile = resolve(dirname(fileURLToPath(import.meta.url)), '../../manifest.yml');

const manifest = z.object({
  features: z.object({
    slash_commands: z.array(
      z.object({ command: z.string(), description: z.string(), usage_hint: z.string() }),
    ),
    shortcuts: z.array(
      z.object({
        name: z.string(),
        description: z.string(),
        callback_id: z.string(),
        type: z.enum(['global', 'message']),
      }),
    ),
  }),
});

/** The slash commands and shortcuts as the app's own manifest announces them. */
export function readAnnounced(): { commands: SlashCommand[]; shortcuts: Shortcut[] } {
  const { features } = manifest.parse(parse(readFileSync(manifestFile, 'utf8')));
  return {
    commands: features.slash_commands.map(({ command, description, usage_hint: usageHint }) => ({
      command,
      description,
      usageHint,
    })),
    shortcuts: features.shortcuts.map(({ callback_id: callbackId, ...shortcut }) => ({
      callbackId,
      ...shortcut,
    })),
  };
}
