import { readdirSync, readFileSync } from 'node:fs';

import { Ajv, type AnySchema } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { methods } from '../../src/sandbox/slack/methods/table.ts';
import { type Kind, listenedTo } from '../helpers/listened.ts';

interface Manifest {
  features: { slash_commands: { command: string; url?: string }[]; shortcuts?: { callback_id: string }[] };
  oauth_config: { scopes: { bot: string[]; bot_optional: string[] } };
  settings: {
    event_subscriptions?: { bot_events: string[]; request_url?: string };
    interactivity: Record<string, unknown>;
    socket_mode_enabled: boolean;
  };
}

const read = (file: string): Manifest => parse(readFileSync(file, 'utf8')) as Manifest;
const manifests = [
  ['manifest.yml', read('manifest.yml')],
  ['examples/manifest-http.yml', read('examples/manifest-http.yml')],
] as const;

function methodsIn(directory: string, call: RegExp): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(`${directory}/${file}`, 'utf8'))
    .flatMap((source) => [...source.matchAll(call)])
    .map(([, method = '']) => method);
}

/** What the doctor asks with the bot's token, as its source says it. */
const askedByDoctor = methodsIn('src/cli/doctor', /answerOf\([\w.]*asBot, '([\w.]+)'/g);
/** Every method that is called with the bot's token. */
const called = [
  ...new Set([...methodsIn('src/slack', /\bclient\.((?:[a-zA-Z]+\.)+[a-zA-Z]+)\(/g), ...askedByDoctor]),
].toSorted();

/** Without these the bot goes on and says what it misses, so their scopes may be left out. */
const dispensable = [
  'conversations.history',
  'conversations.info',
  'conversations.open',
  'conversations.replies',
  'files.completeUploadExternal',
  'files.getUploadURLExternal',
  'usergroups.users.list',
];
/** What needs a scope without being a method: posting where the bot was not invited, and being typed and written to. */
const beyondMethods = ['chat:write.public', 'commands', 'im:history'];
/** Slack's manifest names an event together with the kind of channel that it is heard from. */
const inManifest: Record<string, string> = { message: 'message.im' };

/** All faults of a manifest by Slack's own schema, whose `format: uri` is said by one key that we do not use. */
function faultsOf(manifest: unknown): string[] {
  const schema = JSON.parse(
    readFileSync('test/fixtures/slack-manifest.schema.2.0.0.json', 'utf8'),
  ) as AnySchema;
  const ajv = new Ajv({ allErrors: true, strict: false, formats: { uri: true } });
  const validate = ajv.compile(schema);
  void validate(manifest);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test('the methods that the bot calls are found in its source, and Slack (as the stand-in) knows them all', () => {
  expect(called).toEqual(
    expect.arrayContaining(['chat.postMessage', 'chat.update', 'views.open', 'users.info']),
  );
  expect(askedByDoctor).toContain('conversations.info');
  expect(called.filter((method) => !(method in methods))).toEqual([]);
  expect(dispensable.filter((method) => !called.includes(method))).toEqual([]);
});

test('Slack’s schema sees what is wrong with a manifest', () => {
  const broken = structuredClone(read('manifest.yml'));
  broken.features.slash_commands[0]!.command = 'deploy';
  Object.assign(broken.settings, { socket_mode: true });
  expect(faultsOf(broken)).toEqual([
    '/features/slash_commands/0/command must match pattern "^\\/"',
    '/settings must NOT have additional properties',
  ]);
});

describe.each(manifests)('%s', (_, manifest) => {
  const { bot, bot_optional: optional } = manifest.oauth_config.scopes;

  test('is valid by the schema that Slack publishes', () => {
    expect(faultsOf(manifest)).toEqual([]);
  });

  test('grants every method that the bot calls one of its scopes', () => {
    const scopesOf = (method: string) => methods[method]?.scopes ?? [];
    const missing = called.filter((method) => {
      const granted = dispensable.includes(method) ? [...bot, ...optional] : bot;
      return scopesOf(method).length > 0 && !scopesOf(method).some((scope) => granted.includes(scope));
    });
    expect(missing).toEqual([]);
  });

  test('asks for no scope that nothing needs', () => {
    const needed = new Set([...beyondMethods, ...called.flatMap((method) => methods[method]?.scopes ?? [])]);
    expect([...bot, ...optional].filter((scope) => !needed.has(scope))).toEqual([]);
    expect(new Set([...bot, ...optional]).size).toBe(bot.length + optional.length);
  });

  test('names exactly the commands, shortcuts and events that the bot listens to', () => {
    const listened = (kind: Kind) => listenedTo().flatMap(({ kind: own, id }) => (own === kind ? [id] : []));
    expect(listened('command')).toEqual(['/deploy']);
    expect({
      commands: manifest.features.slash_commands.map(({ command }) => command),
      shortcuts: (manifest.features.shortcuts ?? []).map(({ callback_id: id }) => id),
      events: manifest.settings.event_subscriptions?.bot_events ?? [],
    }).toEqual({
      commands: listened('command'),
      shortcuts: listened('shortcut'),
      events: listened('event').map((name) => inManifest[name] ?? name),
    });
    expect(manifest.settings.interactivity['is_enabled']).toBe(true);
  });
});

test('the two manifests differ in nothing but the way in: over HTTP every way in has the same URL', () => {
  const [[, socket], [, http]] = manifests;
  const url = 'https://lamplighter.example.com/slack/events';
  const expected = structuredClone(socket);
  for (const command of expected.features.slash_commands) command.url = url;
  Object.assign(expected.settings.interactivity, { request_url: url, message_menu_options_url: url });
  Object.assign(expected.settings.event_subscriptions ?? {}, { request_url: url });
  expected.settings.socket_mode_enabled = false;
  expect(http).toEqual(expected);
  expect(socket.settings.socket_mode_enabled).toBe(true);
});
