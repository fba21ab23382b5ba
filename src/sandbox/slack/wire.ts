import type { JsonObject } from './json.ts';
import type { Outlet } from './outlet.ts';
import { newResponsePath } from './response-url.ts';
import type { Acknowledgement } from './socket-mode.ts';
import { newTrigger } from './triggers.ts';
import { until } from './until.ts';
import type { ResponsePath, World } from './world.ts';

/** What a person's acts need to reach the app. */
export interface Wire {
  world: World;
  outlet: Outlet;
  /** Address of the stand-in, ends in `/`. */
  baseUrl: string;
  /** How long the app may go on calling after an act before the act counts as finished. */
  settleMs: number;
}

const longestConnectMs = 3_000;

/** Sends what a person did, with a trigger and whatever else `about` asks for; waits a moment for the app. */
export async function send(
  { world, outlet }: Wire,
  type: 'slash_commands' | 'interactive',
  payload: JsonObject,
): Promise<Acknowledgement> {
  if (!outlet.isOpen()) {
    const wait = { timeoutMs: longestConnectMs, awaited: 'A websocket or a request URL of the app' };
    await until(world, () => outlet.isOpen(), wait).catch(() => undefined);
  }
  const answer = await outlet.deliver({ type, payload });
  world.changed();
  return answer;
}

/** What every interactive payload begins with. */
export function interactiveBase({ world }: Wire, user: string, type: string): JsonObject {
  const name = world.people.get(user)?.name ?? user;
  return {
    type,
    team: { id: world.team.id, domain: world.team.name },
    user: { id: user, username: name, name, team_id: world.team.id },
    api_app_id: world.bot.appId,
    token: 'stand-in',
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** A fresh trigger of this person. */
export function triggerOf(wire: Wire, user: string): { trigger_id: string } {
  return { trigger_id: newTrigger(wire.world, user) };
}

/** A fresh `response_url` about this click or command. */
export function responseUrlOf(
  { world, baseUrl }: Wire,
  about: Pick<ResponsePath, 'user' | 'channel' | 'messageTs' | 'ephemeral'>,
): { response_url: string } {
  return { response_url: `${baseUrl}${newResponsePath(world, about)}` };
}
