import type { Fault, Faults } from './faults.ts';
import { findMessage } from './messages.ts';
import type { Outlet } from './outlet.ts';
import { newResponsePath } from './response-url.ts';
import type { SocketMode } from './socket-mode.ts';
import type { PersonSetup, World } from './world.ts';

/** What can be done to the workspace and to the way there, that no person in front of Slack does. */
export interface Controls {
  /** Arms a fault for the next calls; the answer lifts it. */
  fail(fault: Fault): () => void;
  /** Fails every call and cuts every websocket, so that none is opened again, until the answer is called. */
  outage(how?: Fault['how']): () => void;
  /** Archives a channel, or brings it back. */
  archive(channel: string, archived?: boolean): void;
  /** Takes the bot out of a channel. */
  removeBot(channel: string): void;
  inviteBot(channel: string): void;
  /** Deletes a message as a person with the right to does. */
  deleteMessage(message: { channel: string; ts: string }): void;
  /** Changes what Slack knows of a person, such as `{ deleted: true }`. */
  changePerson(id: string, change: Partial<PersonSetup>): void;
  /** Puts these people into a group, and nobody else. */
  fillUsergroup(id: string, users: string[]): void;
  /** Takes no more blocks of this kind, as a workspace does to which Slack has not brought it. */
  refuseBlock(type: string): void;
  /** Makes a token invalid from now on. */
  revokeToken(which: 'bot' | 'app'): void;
  /** Makes it valid again. */
  restoreToken(which: 'bot' | 'app'): void;
  /** A fresh `response_url`, for what a test delivers by hand. */
  answerUrl(user: string, channel: string): string;
  /** Offers websockets at another address, such as that of a proxy before the stand-in. */
  offerSocketsAt(host: string): void;
  /** How many websockets take envelopes now. */
  connections(): number;
  /** The next delivery goes out this many times in all. */
  redeliverNext(times: number): void;
  /** Asks the oldest websocket to connect anew, as Slack does every few hours. */
  refresh(reason?: 'refresh_requested' | 'warning' | 'link_disabled'): void;
  /** Cuts every websocket without a word. */
  dropSockets(): void;
}

interface ControlNeeds {
  world: World;
  faults: Faults;
  /** Both tokens as they are valid now; null: revoked. */
  tokens: { bot: string | null; app: string | null };
  setup: { botToken: string; appToken: string };
  socket: SocketMode;
  outlet: Outlet;
  offerSocketsAt: (host: string) => void;
}

/** Everything that can be done to a running stand-in. */
export function createControls(needs: ControlNeeds): Controls {
  return {
    ...channelControls(needs.world),
    refuseBlock: (type) => void needs.world.unknownBlocks.add(type),
    answerUrl: (user, channel) => {
      const about = { user, channel, messageTs: null, ephemeral: false };
      return `${needs.world.baseUrl}${newResponsePath(needs.world, about)}`;
    },
    ...peopleControls(needs.world),
    ...faultControls(needs),
    ...socketControls(needs.socket),
    offerSocketsAt: needs.offerSocketsAt,
  };
}

function channelControls(world: World) {
  const find = (id: string) => {
    const found = world.channels.get(id);
    if (!found) throw new Error(`There is no channel ${id}.`);
    return found;
  };
  return {
    archive: (id: string, archived = true) => {
      find(id).archived = archived;
    },
    removeBot: (id: string) => {
      find(id).members = [...world.people.keys()].filter((person) => person !== world.bot.id);
    },
    inviteBot: (id: string) => {
      find(id).members?.push(world.bot.id);
    },
    deleteMessage: ({ channel, ts }: { channel: string; ts: string }) => {
      const stored = findMessage(world, channel, ts);
      if (!stored) throw new Error(`There is no message ${ts} in ${channel}.`);
      world.messages.splice(world.messages.indexOf(stored), 1);
      world.changed();
    },
  } satisfies Partial<Controls>;
}

function peopleControls(world: World) {
  return {
    changePerson: (id: string, change: Partial<PersonSetup>) => {
      const person = world.people.get(id);
      if (!person) throw new Error(`There is no person ${id} in this workspace.`);
      world.people.set(id, { ...person, ...change });
    },
    fillUsergroup: (id: string, users: string[]) => {
      const group = world.usergroups.get(id);
      if (!group) throw new Error(`There is no group ${id}.`);
      group.users = users;
    },
  } satisfies Partial<Controls>;
}

function faultControls({ faults, tokens, setup, socket, outlet }: ControlNeeds) {
  return {
    fail: (fault: Fault) => faults.add(fault),
    outage: (how: Fault['how'] = '503') => {
      const lift = faults.add({ method: '*', times: Infinity, how });
      socket.dropAll();
      return lift;
    },
    revokeToken: (which: 'bot' | 'app') => {
      tokens[which] = null;
    },
    restoreToken: (which: 'bot' | 'app') => {
      tokens[which] = which === 'bot' ? setup.botToken : setup.appToken;
    },
    redeliverNext: (times: number) => outlet.redeliverNext(times),
  } satisfies Partial<Controls>;
}

function socketControls(socket: SocketMode) {
  return {
    connections: () => socket.connections,
    refresh: (reason: Parameters<Controls['refresh']>[0]) => socket.disconnect(reason ?? 'refresh_requested'),
    dropSockets: () => socket.dropAll(),
  } satisfies Partial<Controls>;
}
