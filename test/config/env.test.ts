import { describe, expect, test } from 'vitest';

import { createSecretReader, readEnvironment } from '../../src/config/env.ts';

const tokens = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };

describe('environment variables', () => {
  test('what is left out has its default, and an empty one counts as left out', () => {
    expect(readEnvironment({ ...tokens, HTTP_PORT: '' }, { needs: 'slack', isTerminal: false })).toEqual({
      ok: true,
      value: {
        slackBotToken: 'xoxb-1',
        slackTransport: { by: 'socket', appToken: 'xapp-1' },
        slackApiUrl: undefined,
        configFile: './lamplighter.yaml',
        databaseFile: './data/lamplighter.db',
        httpHost: '127.0.0.1',
        httpPort: 9464,
        logLevel: 'info',
        logFormat: 'json',
      },
    });
  });

  test('everything given is taken', () => {
    const given = {
      ...tokens,
      SLACK_API_URL: 'http://127.0.0.1:4000/api/',
      LAMPLIGHTER_CONFIG: '/etc/l.yaml',
      DATABASE_URL: 'file:/var/l.db',
      HTTP_HOST: '0.0.0.0',
      HTTP_PORT: '0',
      LOG_LEVEL: 'debug',
      LOG_FORMAT: 'pretty',
    };
    expect(readEnvironment(given, { needs: 'slack', isTerminal: false })).toMatchObject({
      value: {
        slackApiUrl: 'http://127.0.0.1:4000/api/',
        configFile: '/etc/l.yaml',
        databaseFile: '/var/l.db',
        httpHost: '0.0.0.0',
        httpPort: 0,
        logLevel: 'debug',
        logFormat: 'pretty',
      },
    });
  });

  test('on a terminal the log is pretty unless something else is asked for', () => {
    const format = (given: Record<string, string>) => {
      const read = readEnvironment(given, { needs: 'nothing', isTerminal: true });
      return read.ok && read.value.logFormat;
    };
    expect([format({}), format({ LOG_FORMAT: 'json' })]).toEqual(['pretty', 'json']);
  });

  test('commands that do not talk to Slack ask for no token', () => {
    expect(readEnvironment({}, { needs: 'nothing' })).toMatchObject({ ok: true });
  });

  test('every missing or malformed variable is named in one message, without its value', () => {
    const read = readEnvironment(
      {
        SLACK_BOT_TOKEN: 'hunter2',
        SLACK_API_URL: 'http://x/api',
        DATABASE_URL: 'mysql://root:hunter2@db',
        HTTP_PORT: '70000',
        PORT: 'hunter2',
        LOG_LEVEL: 'loud',
        LOG_FORMAT: 'xml',
      },
      { needs: 'slack' },
    );
    expect(read.ok ? [] : read.message.split('\n')).toEqual([
      'SLACK_BOT_TOKEN should be the bot token, which begins with xoxb-',
      'SLACK_APP_TOKEN is missing, and so is SLACK_SIGNING_SECRET: one of them is needed, the app-level token, which begins with xapp-, for Socket Mode, or the signing secret for HTTP at POST /slack/events',
      'DATABASE_URL should be file:PATH, such as file:./data/lamplighter.db',
      'SLACK_API_URL should be a URL that ends in /api/',
      'HTTP_PORT should be a port from 0 to 65535',
      'PORT should be a port from 0 to 65535',
      'LOG_LEVEL should be one of trace, debug, info, warn, error, fatal, silent',
      'LOG_FORMAT should be json or pretty',
    ]);
  });

  test('a signing secret without an app-level token means HTTP, on all addresses at port 3000 unless told otherwise', () => {
    const transport = (more: Record<string, string>) => {
      const given = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's3', ...more };
      const read = readEnvironment(given, { needs: 'slack' });
      return read.ok ? read.value.slackTransport : read.message;
    };
    expect(transport({})).toEqual({ by: 'http', signingSecret: 's3', host: '0.0.0.0', port: 3000 });
    expect(transport({ SLACK_APP_TOKEN: '', PORT: '0', SLACK_HTTP_HOST: '127.0.0.1' })).toEqual({
      by: 'http',
      signingSecret: 's3',
      host: '127.0.0.1',
      port: 0,
    });
    expect(transport({ SLACK_APP_TOKEN: 'xapp-1' })).toEqual({ by: 'socket', appToken: 'xapp-1' });
    expect(transport({ SLACK_APP_TOKEN: 'xoxb-2' })).toBe(
      'SLACK_APP_TOKEN should be the app-level token, which begins with xapp-',
    );
  });

  test('neither way to Slack is one sentence that names both, beside every other that is missing', () => {
    const read = readEnvironment({}, { needs: 'slack' });
    expect(read.ok ? [] : read.message.split('\n')).toEqual([
      'SLACK_BOT_TOKEN is missing: the bot token, which begins with xoxb-',
      expect.stringMatching(/^SLACK_APP_TOKEN is missing, and so is SLACK_SIGNING_SECRET: /),
    ]);
  });

  test.each(['postgres://a:hunter2@db/x', 'postgresql://db/x'])('%s is refused with one sentence', (url) => {
    expect(readEnvironment({ DATABASE_URL: url }, { needs: 'nothing' })).toEqual({
      ok: false,
      message: 'DATABASE_URL is postgres://, which this version does not have: use file:PATH, a SQLite file',
    });
  });
});

describe('secrets', () => {
  const readFile = (path: string): string => {
    if (path === '/key') return '-----BEGIN KEY-----\nx\n-----END KEY-----\n';
    if (path === '/password') return 'hunter2\n';
    if (path === '/empty') return '\n';
    throw Object.assign(new Error(`ENOENT ${path} hunter2`), { code: 'ENOENT' });
  };
  const read = createSecretReader({ VDP: 'hunter2', NONE: '' }, readFile);

  test('are read from a variable or a file; the line end of an editor is no part of a password', () => {
    expect(read({ env: 'VDP' })).toBe('hunter2');
    expect(read({ file: '/password' })).toBe('hunter2');
    expect(read({ file: '/key' })).toMatch(/END KEY-----\n$/);
  });

  test.each([
    [{ env: 'NONE' }, 'the secret in environment variable NONE is missing: set it where Lamplighter runs'],
    [{ env: 'OTHER' }, 'the secret in environment variable OTHER is missing: set it where Lamplighter runs'],
    [{ file: '/nowhere' }, 'the secret file /nowhere cannot be read (ENOENT)'],
    [{ file: '/empty' }, 'the secret file /empty is empty'],
  ])('%o that is not there is one sentence that names it', (reference, message) => {
    expect(() => read(reference)).toThrow(new Error(message));
  });
});
