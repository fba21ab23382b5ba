import { z } from 'zod';

import type { SecretReference } from '../domain/environment.ts';

/** What a process is given by its environment, defaults applied; nothing else reads it. */
export interface ProcessSettings {
  slackBotToken: string;
  slackAppToken: string;
  /** Undefined: Slack's own. Ends in `/api/`. */
  slackApiUrl: string | undefined;
  configFile: string;
  /** The SQLite file, relative to the working directory or absolute. */
  databaseFile: string;
  httpHost: string;
  httpPort: number;
  logLevel: LogLevel;
  logFormat: 'json' | 'pretty';
}

type LogLevel = z.infer<typeof logLevel>;

/** Environment variables as a process has them. */
type Variables = Record<string, string | undefined>;

const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);

const notPostgres = 'is postgres://, which this version does not have: use file:PATH, a SQLite file';

const variables = z.object({
  LAMPLIGHTER_CONFIG: z.string().default('./lamplighter.yaml'),
  DATABASE_URL: z
    .string()
    .refine((url) => !/^postgres(ql)?:/i.test(url), { error: notPostgres, abort: true })
    .regex(/^file:./, 'should be file:PATH, such as file:./data/lamplighter.db')
    .default('file:./data/lamplighter.db'),
  SLACK_API_URL: z
    .url({ protocol: /^https?$/, error: 'should be a URL that ends in /api/' })
    .regex(/\/api\/$/, { error: 'should be a URL that ends in /api/' })
    .optional(),
  HTTP_HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: 'should be a port from 0 to 65535', abort: true })
    .transform(Number)
    .refine((port) => port <= 65_535, 'should be a port from 0 to 65535')
    .default(9464),
  LOG_LEVEL: z
    .enum(logLevel.options, { error: `should be one of ${logLevel.options.join(', ')}` })
    .default('info'),
  LOG_FORMAT: z.enum(['json', 'pretty'], { error: 'should be json or pretty' }).optional(),
});

const slackTokens = z.object({
  SLACK_BOT_TOKEN: z
    .string({ error: 'is missing: the bot token, which begins with xoxb-' })
    .startsWith('xoxb-', 'should be the bot token, which begins with xoxb-'),
  SLACK_APP_TOKEN: z
    .string({
      error:
        'is missing: Socket Mode needs the app-level token, which begins with xapp- (HTTP mode is not built yet)',
    })
    .startsWith('xapp-', 'should be the app-level token, which begins with xapp-'),
});

const noTokens = z.object({
  SLACK_BOT_TOKEN: z.string().default(''),
  SLACK_APP_TOKEN: z.string().default(''),
});

/** Reads the environment variables; every fault in one message, each named with what it should be, never with its value. */
export function readEnvironment(
  env: Variables,
  { needs, isTerminal = process.stderr.isTTY }: { needs: 'slack' | 'nothing'; isTerminal?: boolean },
): { ok: true; value: ProcessSettings } | { ok: false; message: string } {
  // `NAME=` in an .env file means the variable was left out.
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const settings = variables.safeParse(given);
  const tokens = (needs === 'slack' ? slackTokens : noTokens).safeParse(given);
  if (!settings.success || !tokens.success) {
    const issues = [...(tokens.error?.issues ?? []), ...(settings.error?.issues ?? [])];
    const lines = new Set(issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
    return { ok: false, message: [...lines].join('\n') };
  }
  const { data } = settings;
  return {
    ok: true,
    value: {
      slackBotToken: tokens.data.SLACK_BOT_TOKEN,
      slackAppToken: tokens.data.SLACK_APP_TOKEN,
      slackApiUrl: data.SLACK_API_URL,
      configFile: data.LAMPLIGHTER_CONFIG,
      databaseFile: fileOf(data.DATABASE_URL),
      httpHost: data.HTTP_HOST,
      httpPort: data.HTTP_PORT,
      logLevel: data.LOG_LEVEL,
      logFormat: data.LOG_FORMAT ?? (isTerminal ? 'pretty' : 'json'),
    },
  };
}

/** `file:./x`, `file:/x` and `file:///x`. */
function fileOf(url: string): string {
  return url.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
}

/** Reads secrets at the moment of use. Throws one sentence that names the reference, never the value. */
export function createSecretReader(
  env: Variables,
  readFile: (path: string) => string,
): (reference: SecretReference) => string {
  return (reference) => {
    if ('env' in reference) {
      const value = env[reference.env];
      if (value === undefined || value === '')
        throw new Error(
          `the secret in environment variable ${reference.env} is missing: set it where Lamplighter runs`,
        );
      return value;
    }
    return readSecretFile(reference.file, readFile);
  };
}

function readSecretFile(path: string, readFile: (path: string) => string): string {
  let content: string;
  try {
    content = readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new Error(`the secret file ${path} cannot be read (${code})`, { cause: error });
  }
  // Editors end a file with a line end that belongs to no password; a key keeps its own.
  const value = content.startsWith('-----BEGIN') ? content : content.replace(/\r?\n$/, '');
  if (value.trim() === '') throw new Error(`the secret file ${path} is empty`);
  return value;
}

/** The variables of this process, for the commands that hand them on. */
export function processVariables(): Variables {
  return process.env;
}
