import { z } from 'zod';

import { safeWord } from '../../domain/revision.ts';
import { section } from '../issues.ts';

const grammar = 'made of letters, digits, ".", "_" and "-", beginning with a letter or digit';

/** A name that no shell can misread. */
export const name = z.string().regex(safeWord, `a name ${grammar}`);

/** A version: always a text, so that `26.10` stays `26.10`. */
export const version = z.string().regex(safeWord, `a version ${grammar}`);

/** `name@version`. */
export const nameAtVersion = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9._-]*$/, 'written as name@version');

/** A text that says something. */
export const text = z.string().min(1, 'a text that is not empty');

/** One word without spaces that no program can take for a flag: a host, a user. */
export const word = z.string().regex(/^[^\s-]\S*$/, 'one word without spaces');

const secretSentence = '{ env: NAME } or { file: PATH }: a secret is never written in this file';

/** A secret, by reference only. */
export const secret = z.union(
  [
    section({
      env: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable, such as VDP_PASSWORD')
        .describe('The environment variable that holds the secret.'),
    }),
    section({ file: text.describe('The file that holds the secret.') }),
  ],
  { error: secretSentence },
);

/** A value written in the file, or a secret. */
export const value = z.union([z.string(), ...secret.options], {
  error: 'a text, { env: NAME } or { file: PATH }',
});

/** Values by name; names may hold dots. */
export const values = z.record(z.string(), value);

/** A number of something that begins at 1. */
export const count = z.int().min(1);

/** A span of time; fractions are allowed. Beyond the largest, calendars end. */
export const duration = z.number().positive().max(1_000_000);

/** How long something may take, in seconds: at most 20 days, as no timer waits longer than 24. */
export const seconds = z
  .number()
  .positive()
  .max(20 * 86_400);

/** The same in minutes. */
export const minutes = z
  .number()
  .positive()
  .max(20 * 1_440);

/** Minutes before an instant. */
export const minutesBefore = z.array(duration);

/** A Slack user. */
export const userId = z.string().regex(/^[UW][A-Z0-9]+$/, 'a Slack user id such as U024BE7LH');

/** A Slack user group. */
export const usergroupId = z.string().regex(/^S[A-Z0-9]+$/, 'a Slack user group id such as S0614TZR7');

/** A Slack channel, by its id. */
export const channelId = z
  .string()
  .regex(/^[CG][A-Z0-9]+$/, 'a Slack channel id such as C024BE91L, not its name');

/** A time of day, `24:00` being its end. */
export const timeOfDay = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time of day such as "20:00"');

/** An IANA zone; whether it exists is checked afterwards. */
export const timezone = z.string().min(1, 'an IANA time zone such as Europe/Madrid');

/** A time that recurs, as five fields of cron; what stands in them is checked afterwards. */
export const cron = z.string().regex(/^\S+(\s+\S+){4}$/, 'five fields of cron such as "0 3 * * 0"');

/** The address of a server that speaks HTTP. */
export const httpAddress = z.url({ protocol: /^https?$/, error: 'a URL such as "https://host:9090/path"' });

/** An address without a protocol. */
export const hostAndPort = z
  .string()
  .regex(/^(\[[0-9A-Fa-f:.]+\]|[^\s:/]+):\d{1,5}$/, 'an address as host:port, such as "cache:443"');
