import { blocksOf, flag, word } from './arguments.ts';
import type { JsonObject } from './json.ts';
import { editEphemeral, editMessage, findMessage, postMessage, showEphemeral } from './messages.ts';
import { Refused } from './refused.ts';
import type { ResponsePath, World } from './world.ts';

const mostUses = 5;
const livesMs = 30 * 60_000;

/** A new path for answers to this click or command; the caller puts the server's address before it. */
export function newResponsePath(
  world: World,
  about: Pick<ResponsePath, 'user' | 'channel' | 'messageTs' | 'ephemeral'>,
): string {
  const id = world.newId('r');
  world.responsePaths.set(id, { ...about, createdAt: world.now(), uses: 0 });
  return `response/${id}`;
}

/** Does what was posted to a `response_url`; at most 5 times within 30 minutes. */
export function answerResponseUrl(
  world: World,
  id: string,
  given: JsonObject,
): { status: number; body: JsonObject | string } {
  const path = world.responsePaths.get(id);
  if (!path) return { status: 404, body: { ok: false, error: 'invalid_url' } };
  if (world.now() - path.createdAt > livesMs)
    return { status: 404, body: { ok: false, error: 'expired_url' } };
  if (path.uses >= mostUses) return { status: 404, body: { ok: false, error: 'used_url' } };
  path.uses += 1;
  const call = { method: 'response_url', arguments: given, at: world.now() };
  try {
    respond(world, path, given);
    world.calls.push({ ...call, ok: true, error: null });
    return { status: 200, body: 'ok' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    world.calls.push({ ...call, ok: false, error: error.code });
    return { status: 400, body: { ok: false, error: error.code, ...error.detail } };
  }
}

/** Shows an answer as `response_type` says; used for the body of an acknowledgement as well. */
export function respond(world: World, path: ResponsePath, given: JsonObject): void {
  if (flag(given, 'delete_original')) return deleteOriginal(world, path);
  const content = { text: word(given, 'text'), blocks: blocksOf(given) ?? [] };
  if (flag(given, 'replace_original') && path.messageTs !== null) {
    return replaceOriginal(world, path, content);
  }
  const { channel, user } = path;
  if (given['response_type'] !== 'in_channel') {
    showEphemeral(world, { ...content, channel, user });
    return;
  }
  const threadTs = word(given, 'thread_ts') || null;
  postMessage(world, { ...content, channel, threadTs, broadcast: false, metadata: null });
}

function replaceOriginal(
  world: World,
  { channel, messageTs, ephemeral }: ResponsePath,
  content: { text: string; blocks: JsonObject[] },
): void {
  if (ephemeral) return editEphemeral(world, messageTs ?? '', content);
  const stored = findMessage(world, channel, messageTs ?? '');
  if (!stored) throw new Refused('message_not_found');
  editMessage(world, stored, { ...content, metadata: null });
}

function deleteOriginal(world: World, { channel, messageTs, ephemeral }: ResponsePath): void {
  const list: { ts: string; channel: string }[] = ephemeral ? world.ephemerals : world.messages;
  const index = list.findIndex((message) => message.ts === messageTs && message.channel === channel);
  if (index !== -1) list.splice(index, 1);
  world.changed();
}
