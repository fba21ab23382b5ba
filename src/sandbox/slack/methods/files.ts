import { word } from '../arguments.ts';
import { isObject, type JsonObject, parseJson, stringAt } from '../json.ts';
import { findMessage, postMessage } from '../messages.ts';
import { Refused } from '../refused.ts';
import type { StoredFile, World } from '../world.ts';
import { channelFor } from './channels.ts';

const longestAltText = 1_000;

/** `files.getUploadURLExternal`: where the bytes of a file go first. */
export function filesGetUploadUrlExternal(world: World, given: JsonObject): JsonObject {
  const name = word(given, 'filename');
  const length = Number(word(given, 'length'));
  if (name === '' || !Number.isInteger(length) || length <= 0) throw new Refused('invalid_arguments');
  if (word(given, 'alt_txt').length > longestAltText) throw new Refused('alt_txt_too_large');
  const id = world.newId('F0');
  world.files.set(id, { id, name, title: name, length, bytes: null, channel: null, threadTs: null });
  return { upload_url: `${world.baseUrl}upload/${id}`, file_id: id };
}

/** `files.completeUploadExternal`: the files are whole, and stand in a message where a channel is named. */
export function filesCompleteUploadExternal(world: World, given: JsonObject): JsonObject {
  const wanted = parseJson(word(given, 'files')) ?? given['files'];
  if (!Array.isArray(wanted) || wanted.length === 0) throw new Refused('invalid_arguments');
  const files = wanted.map((entry) => completeOne(world, isObject(entry) ? entry : {}));
  const channelId = word(given, 'channel_id');
  if (channelId === '') return { files: files.map(filePayload) };
  const channel = channelFor(world, channelId);
  const threadTs = word(given, 'thread_ts') || null;
  if (threadTs !== null && !findMessage(world, channel, threadTs)) throw new Refused('thread_not_found');
  for (const file of files) Object.assign(file, { channel, threadTs });
  const text = word(given, 'initial_comment') || files.map(({ title }) => title).join(', ');
  const message = { channel, text, blocks: [], threadTs, broadcast: false, metadata: null, linkNames: false };
  postMessage(world, message).files = files.map(({ id }) => id);
  return { files: files.map(filePayload) };
}

/** `files.info`. */
export function filesInfo(world: World, given: JsonObject): JsonObject {
  const file = world.files.get(word(given, 'file'));
  if (!file?.bytes) throw new Refused('file_not_found');
  return { file: filePayload(file) };
}

function completeOne(world: World, entry: JsonObject): StoredFile {
  const file = world.files.get(stringAt(entry, 'id') ?? '');
  if (!file?.bytes) throw new Refused('file_not_found');
  file.title = stringAt(entry, 'title') || file.name;
  return file;
}

function filePayload({ id, name, title, bytes, channel }: StoredFile): JsonObject {
  return { id, name, title, size: bytes?.length ?? 0, channels: channel === null ? [] : [channel] };
}
