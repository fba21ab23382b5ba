import { z } from 'zod';

import type { SecretReference } from '../domain/configured/connection.ts';

/** What a process is given by its environment, defaults applied; nothing else reads it. */
export interface ProcessSettings {
  slackBotToken: string;
  slackTransport: SlackTransport;
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

/** Socket Mode wherever there is an app-level token, else HTTP mode. */
type SlackTransport =
  | { by: 'socket'; appToken: string }
  | { by: 'http'; signingSecret: string; host: string; port: number };

type LogLevel = z.infer<typeof logLevel>;

/** Environment variables as a process has them. */
type Variables = Record<string, string | undefined>;

const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);

/** A port, as text; 0 takes a free one. */
const port = (standard: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, { error: 'should be a port from 0 to 65535', abort: true })
    .transform(Number)
    .refine((number) => number <= 65_535, 'should be a port from 0 to 65535')
    .default(standard);

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
  HTTP_PORT: port(9464),
  SLACK_HTTP_HOST: z.string().default('0.0.0.0'),
  PORT: port(3000),
  LOG_LEVEL: z
    .enum(logLevel.options, { error: `should be one of ${logLevel.options.join(', ')}` })
    .default('info'),
  LOG_FORMAT: z.enum(['json', 'pretty'], { error: 'should be json or pretty' }).optional(),
});

const neitherWay =
  'is missing, and so is SLACK_SIGNING_SECRET: one of them is needed, the app-level token, which begins with xapp-, for Socket Mode, or the signing secret for HTTP at POST /slack/events';

const slackTokens = z
  .object({
    SLACK_BOT_TOKEN: z
      .string({ error: 'is missing: the bot token, which begins with xoxb-' })
      .startsWith('xoxb-', 'should be the bot token, which begins with xoxb-'),
    SLACK_APP_TOKEN: z
      .string()
      .startsWith('xapp-', 'should be the app-level token, which begins with xapp-')
      .optional(),
    SLACK_SIGNING_SECRET: z.string().optional(),
  })
  .refine((given) => given.SLACK_APP_TOKEN !== undefined || given.SLACK_SIGNING_SECRET !== undefined, {
    error: neitherWay,
    path: ['SLACK_APP_TOKEN'],
    // Said together with every other fault, not after them.
    when: () => true,
  });

const noTokens = z.object({
  SLACK_BOT_TOKEN: z.string().default(''),
  SLACK_APP_TOKEN: z.string().optional(),
  SLACK_SIGNING_SECRET: z.string().optional(),
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
      slackTransport: transportOf(tokens.data, data),
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

function transportOf(
  tokens: z.infer<typeof noTokens>,
  { SLACK_HTTP_HOST: host, PORT: number }: z.infer<typeof variables>,
): SlackTransport {
  const { SLACK_APP_TOKEN: appToken = '', SLACK_SIGNING_SECRET: signingSecret = '' } = tokens;
  const isHttp = appToken === '' && signingSecret !== '';
  return isHttp ? { by: 'http', signingSecret, host, port: number } : { by: 'socket', appToken };
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

/** What a login has anyhow. */
const ofLogin = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR)$/;
const ofSlack = /^SLACK_/;

/** What steps on this machine are given besides their own: as little as a login over ssh, and no secret of this process. */
export function variablesForSteps(env: Variables): Variables {
  return Object.fromEntries(Object.entries(env).filter(([name]) => ofLogin.test(name)));
}

/** What scripts of the load balancer are given: everything but who lets us into Slack. */
export function variablesForScripts(env: Variables): Variables {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ofSlack.test(name)));
}

/** The variables of this process, for the commands that hand them on. */
export function processVariables(): Variables {
  return process.env;
}
