import type { StoredFile } from '../../store/files.ts';
import type { StoredMessage } from '../../store/messages.ts';
import { StoreUnavailable } from '../../store/unavailable.ts';
import { type Failure, judgeFailure } from '../failure.ts';
import type { DeliverNeeds } from './delivery.ts';
import { pacedPlace } from './holds.ts';
import { readBackFile } from './read-back.ts';
import { uploadBytes } from './upload.ts';

/**
 * Brings one file into its thread, once: its bytes go first, under a name of Slack's that is written down, and only then is
 * it shown. Whether it is shown is looked up by that name wherever nobody knows. A refusal holds nothing else up.
 */
export async function deliverFile(needs: DeliverNeeds, message: StoredMessage): Promise<void> {
  const file = await needs.store.file(message.key);
  if (!file) throw new Error(`${message.key} has no file`);
  const isUnknown = message.state === 'unknown' && file.slackId !== null;
  const at: { stage: Stage } = { stage: 'look' };
  try {
    if (isUnknown && (await stands(needs, message, file))) return await note(needs, message, file);
    at.stage = 'upload';
    const slackId = file.slackId ?? (await upload(needs, message, file));
    await needs.store.setDelivery(message.id, { state: 'sending' });
    await needs.reach('outbox:before-send');
    at.stage = 'show';
    await show(needs, message, { ...file, slackId });
    await needs.reach('outbox:after-send');
    await note(needs, message, { ...file, slackId });
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    await settle(needs, { message, stage: at.stage }, judgeFailure(error));
  }
}

/** How far a try came: only what failed while it was shown may stand in Slack, or what was looked for. */
type Stage = 'look' | 'upload' | 'show';

/** Where it cannot be seen, it is shown again under the same name: there is one file, whatever else. */
async function stands(
  { client }: DeliverNeeds,
  message: StoredMessage,
  { slackId }: StoredFile,
): Promise<boolean> {
  const there = await readBackFile(client, message, slackId ?? '');
  return there !== 'absent' && there !== 'unseen';
}

/** Nobody sees it yet; what is uploaded and never shown, Slack forgets. */
async function upload({ client, store }: DeliverNeeds, { key }: StoredMessage, file: StoredFile) {
  const { filename, altText, bytes } = file;
  if (bytes === null) throw new Error(`${key} has no bytes to upload`);
  // Slack's reference calls the words for whoever cannot see it `alt_txt`, its types `alt_text`.
  const asked = { filename, length: bytes.length, alt_text: altText, alt_txt: altText };
  const { upload_url: url, file_id: slackId } = await client.files.getUploadURLExternal(asked);
  if (url === undefined || slackId === undefined) throw new Error('Slack named no address for a file');
  await uploadBytes(url, bytes);
  await store.nameFile(key, slackId);
  return slackId;
}

async function show(
  { client }: DeliverNeeds,
  { channel, threadTs }: StoredMessage,
  { slackId, title }: StoredFile & { slackId: string },
): Promise<void> {
  const files: [{ id: string; title: string }] = [{ id: slackId, title }];
  await client.files.completeUploadExternal(
    threadTs === null ? { files, channel_id: channel } : { files, channel_id: channel, thread_ts: threadTs },
  );
}

/** Slack names no message when it takes a file: its own name stands for one. */
async function note({ store }: DeliverNeeds, message: StoredMessage, { slackId }: StoredFile): Promise<void> {
  const { digest } = message;
  const ts = slackId ?? '';
  await store.setDelivery(message.id, { state: 'delivered', ts, saidDigest: digest, error: null });
  await store.fileStands(message.key);
}

async function settle(
  needs: DeliverNeeds,
  { message, stage }: { message: StoredMessage; stage: Stage },
  failure: Failure,
): Promise<void> {
  const { now, pace, store } = needs;
  const again = async (state: 'wanted' | 'unknown' | 'dead', after: number, error: string): Promise<void> =>
    await store.setDelivery(message.id, { state, notBefore: now() + after, error, tried: true });
  switch (failure.kind) {
    case 'limited':
      needs.holds.hold(pacedPlace(message), now() + failure.waitMs);
      return await again(stage === 'look' ? 'unknown' : 'wanted', failure.waitMs, 'ratelimited');
    case 'unclear': {
      const wait = Math.min(pace.longestRetry, pace.firstRetry * 2 ** Math.min(message.attempts, 16));
      return await again(stage === 'upload' ? 'wanted' : 'unknown', wait, failure.words);
    }
    case 'place':
    case 'gone':
    case 'content':
    case 'refused':
      needs.seldom(`file ${failure.code}`, () =>
        needs.log.warn({ message: message.key, error: failure.code }, notTaken),
      );
      // What Slack no longer knows by its name is uploaded anew.
      if (failure.kind === 'refused' && stage === 'show') await store.nameFile(message.key, null);
      return await again(stage === 'look' ? 'unknown' : 'dead', pace.betweenTriesOfDead, failure.code);
  }
}

const notTaken =
  'Slack does not take a file (it needs the scope files:write); the thread says its last lines all the same, and it is tried again once an hour and at each start';
