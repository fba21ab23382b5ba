import type { WebClient } from '@slack/web-api';

import type { StoredMessage } from '../../store/messages.ts';
import { StoreUnavailable } from '../../store/unavailable.ts';
import { judgeFailure } from '../failure.ts';
import { isNotice } from '../notices/notice-row.ts';
import { deliverFile } from './deliver-file.ts';
import type { DeliverNeeds } from './delivery.ts';
import { formOf, tableRefused } from './forms.ts';
import { isFile } from './holds.ts';
import { openPlace, placeOf } from './open-place.ts';
import { metadataType, type ReadBack, readBack } from './read-back.ts';
import { settleFailure } from './settle-failure.ts';

/**
 * Brings one message to Slack. The row says `sending` before a post; whatever a call leaves unknown is read back before
 * anything is posted again, however often and for whatever reason a try fails in between. Throws
 * `StoreUnavailable` when it may be in Slack and no row could say so.
 */
export async function deliver(needs: DeliverNeeds, stale: StoredMessage): Promise<void> {
  const message = (await needs.store.message(stale.key)) ?? stale;
  if (message.saidDigest === message.digest && message.state !== 'dead') return;
  if (isFile(message.key)) return await deliverFile(needs, message);
  if (message.ts !== null) return await edit(needs, message, message.ts);
  const there = message.state === 'unknown' ? await lookFor(needs, message) : 'absent';
  if (there === null) return;
  if (there === 'absent' || there === 'unseen') return await post(needs, message, there);
  const { ts, digest } = there;
  await needs.store.setDelivery(message.id, { state: 'delivered', ts, saidDigest: digest, error: null });
  await needs.troubles.over(message);
}

/** What stands in Slack; null when there was no answer, which is settled already. */
async function lookFor(needs: DeliverNeeds, message: StoredMessage): Promise<ReadBack | null> {
  try {
    const there = await readBack(needs.client, { ...message, channel: await openPlace(needs, message) });
    if (there === 'unseen')
      needs.seldom(`unseen ${message.channel}`, () =>
        needs.log.warn(
          { message: message.key, deployment: message.deployment, channel: message.channel },
          'what Slack has cannot be read back (the scopes channels:history and groups:history): it is posted, perhaps twice',
        ),
      );
    return there;
  } catch (error) {
    await settle(needs, { message, known: false, hasTable: false }, error);
    return null;
  }
}

async function post(needs: DeliverNeeds, message: StoredMessage, there: 'absent' | 'unseen'): Promise<void> {
  const inThread = message.threadTs !== null;
  if (isNotice(message) && !(await isAdmitted(needs, message))) return;
  const known = there === 'absent';
  const place = await placeFor(needs, message, known);
  if (place === null) return;
  const { hasTable, ...content } = await formOf(message, needs.refusedBlocks);
  await needs.store.setDelivery(message.id, { state: 'sending', ...(isNotice(message) && { place }) });
  await needs.reach('outbox:before-send');
  try {
    const { ts, channel = place } = await needs.client.chat.postMessage({
      channel: place,
      ...content,
      ...(inThread && { thread_ts: message.threadTs }),
      ...(inThread && message.broadcast && { reply_broadcast: true }),
      unfurl_links: false,
      unfurl_media: false,
      metadata: { event_type: metadataType, event_payload: { key: message.key, digest: message.digest } },
    } as Parameters<WebClient['chat']['postMessage']>[0]);
    await needs.reach('outbox:after-send');
    if (ts === undefined) throw new Error('Slack took the message and named no ts');
    await delivered(needs, { ...message, place: isNotice(message) ? channel : null }, ts);
  } catch (error) {
    await settle(needs, { message, known, hasTable }, error);
  }
}

/** Where it is posted; null where Slack opens no conversation, which is settled already. */
async function placeFor(needs: DeliverNeeds, message: StoredMessage, known: boolean): Promise<string | null> {
  try {
    return await openPlace(needs, message);
  } catch (error) {
    await settle(needs, { message, known, hasTable: false }, error);
    return null;
  }
}

/** What its reader chose counts at this moment; what waits is judged anew when its time has come. */
async function isAdmitted({ gate, store, now, log }: DeliverNeeds, message: StoredMessage): Promise<boolean> {
  const admission = await gate(message);
  if (admission.do === 'wait')
    await store.setDelivery(message.id, { state: message.state, notBefore: now() + admission.forMs });
  if (admission.do === 'withdraw') {
    await store.withdraw(message.id);
    log.info({ message: message.key }, `a direct message is not sent: ${admission.why}`);
  }
  return admission.do === 'send';
}

async function edit(needs: DeliverNeeds, message: StoredMessage, ts: string): Promise<void> {
  const { hasTable, ...content } = await formOf(message, needs.refusedBlocks);
  await needs.reach('outbox:before-send');
  try {
    await needs.client.chat.update({ channel: placeOf(message), ts, ...content });
    await needs.reach('outbox:after-send');
    await delivered(needs, message, ts);
  } catch (error) {
    await settle(needs, { message, known: true, hasTable }, error);
  }
}

/** Where nothing can be written about it either, whoever sends notes that down and settles it later. */
async function settle(
  needs: DeliverNeeds,
  failed: { message: StoredMessage; known: boolean; hasTable: boolean },
  error: unknown,
): Promise<void> {
  if (error instanceof StoreUnavailable) throw error;
  await settleFailure(needs, { ...failed, failure: judgeFailure(error) });
}

async function delivered(needs: DeliverNeeds, message: StoredMessage, ts: string): Promise<void> {
  const notBefore = needs.now() + needs.pace.betweenEditsOfOneCard;
  const saidDigest = message.digest;
  await needs.store.setDelivery(message.id, {
    state: 'delivered',
    ts,
    saidDigest,
    notBefore,
    error: null,
    ...(message.place !== null && { place: message.place }),
  });
  needs.said?.({ kind: kindOf(message.key), wantedAt: Math.max(message.wantedAt, message.createdAt) });
  // What was taken without its table says that the table was what Slack did not take.
  if (message.error === tableRefused) await needs.refusedBlocks.add('table');
  await needs.troubles.over(message);
}

/** `card`, `thread`: what stands before the first colon of the key. */
function kindOf(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf(':')));
}
