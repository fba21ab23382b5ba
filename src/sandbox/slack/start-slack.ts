import type { AddressInfo } from 'node:net';

import { Channel } from './channel.ts';
import { type Controls, createControls } from './controls.ts';
import { Faults } from './faults.ts';
import { createOutlet } from './outlet.ts';
import { Person } from './person.ts';
import { createRateLimits } from './rate-limits.ts';
import type { SignedRequest } from './request-url.ts';
import { allScopes } from './scopes.ts';
import { createScreen, type Screen } from './screen.ts';
import { type Acknowledgement, type Delivery, SocketMode } from './socket-mode.ts';
import { createUnread } from './unread.ts';
import { until } from './until.ts';
import { createWebApiServer } from './web-api-server.ts';
import type { Wire } from './wire.ts';
import {
  type ChannelSetup,
  type PersonSetup,
  type RecordedCall,
  type UsergroupSetup,
  World,
  type WorldEvents,
} from './world.ts';

/** The workspace to stand in for. */
export interface SlackSetup {
  /** 0 (the default) takes a free one. */
  port?: number;
  botToken: string;
  appToken: string;
  team?: { id: string; name: string };
  bot?: { id: string; name: string };
  people: PersonSetup[];
  channels: ChannelSetup[];
  usergroups?: UsergroupSetup[];
  /** Epoch milliseconds. */
  now?: () => number;
  /** Answer 429 as Slack does when calls come too fast. */
  rateLimits?: boolean;
  /** How long the app may take to acknowledge; 3,000 when left out, as in Slack. */
  ackTimeoutMs?: number;
  /** What requests to the app's request URL are signed with. */
  signingSecret?: string;
  /** What the bot token was granted; everything when left out. */
  scopes?: string[];
}

/** A running stand-in for Slack. */
export interface LocalSlack extends Controls {
  /** Base of the Web API, ends in `/api/`. */
  apiUrl: string;
  /** A person; throws when the workspace has none with this id. */
  person(id: string): Person;
  /** A person's screen, for whoever draws it; throws when the workspace has none with this id. */
  screen(id: string): Screen;
  /** Calls the listener after each change of anything until the answer is called. */
  onChange(listener: () => void): () => void;
  /** The bytes of a file that has come; null where there is none. */
  file(id: string): { name: string; bytes: Buffer } | null;
  /** A channel, or the direct messages `D0…`; throws when there is none with this id. */
  channel(id: string): Channel;
  /** The name behind an id of a person, a channel or a group. */
  nameOf(id: string): string | undefined;
  /** Waits until the condition holds, looked at after each change; 5 s unless told otherwise. */
  until<T>(condition: () => T | undefined | null | false, timeoutMs?: number): Promise<T>;
  /** Every call of the app, oldest first. */
  calls(): RecordedCall[];
  /** Calls the listener for each such event until the answer is called. */
  on<K extends keyof WorldEvents>(event: K, listener: (value: WorldEvents[K]) => void): () => void;
  /** Sets the app's request URL: from now on everything is delivered there. Throws when it does not answer the challenge. */
  setRequestUrl(url: string): Promise<void>;
  /** A signed request as it would go out now over HTTP; nothing is sent. */
  sign(delivery: Delivery): SignedRequest;
  /** Delivers something by whichever way the app uses, as nobody in particular did it. */
  deliver(delivery: Delivery): Promise<Acknowledgement>;
  close(): Promise<void>;
}

const settleMs = 2_000;
const defaultWaitMs = 5_000;

/** Starts a stand-in for Slack on 127.0.0.1: Web API, Socket Mode, and people who type and press. */
export async function startSlack(setup: SlackSetup): Promise<LocalSlack> {
  const { now = Date.now, ackTimeoutMs = 3_000 } = setup;
  const world = createWorld(setup, now);
  const faults = new Faults();
  const tokens: { bot: string | null; app: string | null } = { bot: setup.botToken, app: setup.appToken };
  const secondsToWait = setup.rateLimits ? createRateLimits(now) : () => 0;
  let socketHost: string | null = null;
  const server = createWebApiServer({
    world,
    faults,
    secondsToWait,
    tokens,
    scopes: setup.scopes ?? allScopes,
    openConnection: () => `ws://${socketHost ?? host()}/${socket.openTicket()}`,
  });
  const appId = world.bot.appId;
  const socket = new SocketMode(server, { ackTimeoutMs, appId, changed: () => world.changed() });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(setup.port ?? 0, '127.0.0.1', resolve);
  });
  const host = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  world.baseUrl = `http://${host()}/`;
  const { signingSecret = 'stand-in' } = setup;
  const outlet = createOutlet(socket, { signingSecret, ackTimeoutMs, now, changed: () => world.changed() });
  const wire: Wire = { world, outlet, baseUrl: world.baseUrl, settleMs };
  return {
    ...people(wire),
    ...screens(wire),
    ...createControls({
      world,
      faults,
      tokens,
      setup,
      socket,
      outlet,
      offerSocketsAt: (address) => {
        socketHost = address;
      },
    }),
    setRequestUrl: async (url) => await outlet.setRequestUrl(url),
    sign: (delivery) => outlet.sign(delivery),
    deliver: async (delivery) => await outlet.deliver(delivery),
    apiUrl: `http://${host()}/api/`,
    close: async () => {
      socket.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createWorld({ team, bot, people: everyone, channels, usergroups }: SlackSetup, now: () => number) {
  const { id, name } = bot ?? { id: 'U0BOT', name: 'bot' };
  const world = new World({
    team: team ?? { id: 'T0LOCAL', name: 'local' },
    bot: { id, name, botId: 'B0BOT', appId: 'A0LOCAL' },
    now,
  });
  for (const person of everyone) world.people.set(person.id, person);
  if (!world.people.has(id)) world.people.set(id, { id, name, isBot: true });
  for (const channel of channels)
    world.channels.set(channel.id, { ...channel, archived: false, isDirect: false });
  for (const group of usergroups ?? []) world.usergroups.set(group.id, group);
  return world;
}

function people(wire: Wire): Pick<LocalSlack, 'person' | 'channel' | 'nameOf' | 'until' | 'calls' | 'on'> {
  const { world } = wire;
  return {
    person: (id) => new Person(wire, id),
    channel: (id) => new Channel(world, id),
    nameOf: (id) => world.nameOf(id),
    until: async (condition, timeoutMs = defaultWaitMs) =>
      await until(world, condition, { timeoutMs, awaited: 'What was awaited' }),
    calls: () => [...world.calls],
    on: (event, listener) => world.on(event, listener),
  };
}

function screens(wire: Wire): Pick<LocalSlack, 'screen' | 'onChange' | 'file'> {
  const { world } = wire;
  const unread = createUnread(world);
  return {
    screen: (id) => {
      if (!world.people.has(id)) throw new Error(`There is no person ${id} in this workspace.`);
      return createScreen(wire, unread, id);
    },
    onChange: (listener) => world.watch(listener),
    file: (id) => {
      const file = world.files.get(id);
      return file?.bytes ? { name: file.name, bytes: file.bytes } : null;
    },
  };
}
