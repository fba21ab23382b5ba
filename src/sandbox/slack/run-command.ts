import { blocksOf, word } from './arguments.ts';
import { isObject, type JsonObject } from './json.ts';
import { showEphemeral } from './messages.ts';
import { respond } from './response-url.ts';
import { settled } from './until.ts';
import { responseUrlOf, send, triggerOf, type Wire } from './wire.ts';
import type { World } from './world.ts';

/** What a slash command was answered with at once. */
export interface CommandAnswer {
  acknowledged: boolean;
  text?: string;
  blocks?: JsonObject[];
}

/** Types a slash command; an app that does not acknowledge in time leaves `operation_timeout` before the person. */
export async function runCommand(
  wire: Wire,
  user: string,
  typed: string,
  channel: string,
): Promise<CommandAnswer> {
  const { world } = wire;
  const [, command = typed, text = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(typed) ?? [];
  const answer = await send(wire, 'slash_commands', {
    ...commandBase(world, user, channel),
    command,
    text: text.trimEnd(),
    ...responseUrlOf(wire, { user, channel, messageTs: null, ephemeral: false }),
    ...triggerOf(wire, user),
  });
  await settled(world, wire.settleMs);
  if (!answer.acknowledged) {
    const words = `${command} failed with the error "operation_timeout"`;
    showEphemeral(world, { channel, user, text: words, blocks: [] });
    return { acknowledged: false };
  }
  const given = typeof answer.payload === 'string' ? { text: answer.payload } : answer.payload;
  if (!isObject(given) || (given['text'] === undefined && given['blocks'] === undefined))
    return { acknowledged: true };
  const path = { user, channel, createdAt: world.now(), uses: 0, messageTs: null, ephemeral: false };
  respond(world, path, given);
  return { acknowledged: true, text: word(given, 'text'), blocks: blocksOf(given) ?? [] };
}

function commandBase(world: World, user: string, channel: string): JsonObject {
  return {
    token: 'stand-in',
    team_id: world.team.id,
    team_domain: world.team.name,
    channel_id: channel,
    channel_name: world.channels.get(channel)?.name ?? channel,
    user_id: user,
    user_name: world.people.get(user)?.name ?? user,
    api_app_id: world.bot.appId,
    is_enterprise_install: 'false',
  };
}
