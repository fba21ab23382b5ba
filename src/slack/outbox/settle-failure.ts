import type { Delivery, StoredMessage } from '../../store/messages.ts';
import { type Failure, isContentRefusal } from '../failure.ts';
import { isNotice } from '../notices/notice-row.ts';
import type { DeliverNeeds } from './delivery.ts';
import { tableRefused } from './forms.ts';
import { pacedPlace } from './holds.ts';

/** A try that did not succeed. */
export interface Failed {
  message: StoredMessage;
  failure: Failure;
  /** False where an earlier try may have posted the message: a refusal of this one says nothing about that. */
  known: boolean;
  /** It was sent with a table, and may be taken without. */
  hasTable: boolean;
}

/** A card is posted anew at most this often where the workspace lets nobody edit for long. */
const betweenAnewMs = 10 * 60_000;

/** Writes down what is known after a failed try, and when the next one is due. Nothing is ever given up. */
export async function settleFailure(needs: DeliverNeeds, failed: Failed): Promise<void> {
  const { message, failure } = failed;
  const { now, pace } = needs;
  const again = (after: number, delivery: Partial<Delivery> = {}): Promise<void> =>
    needs.store.setDelivery(message.id, { state: stateAfter(failed), notBefore: now() + after, ...delivery });
  if (isNotice(message) && concernsReader(failure)) return await giveUp(needs, message, failure.code);
  switch (failure.kind) {
    case 'limited':
      needs.holds.hold(pacedPlace(message), now() + failure.waitMs);
      return await again(failure.waitMs, { error: errorAfter(message, 'ratelimited') });
    case 'unclear': {
      needs.troubles.unclear(failure.words);
      const wait = Math.min(pace.longestRetry, pace.firstRetry * 2 ** Math.min(message.attempts, 16));
      const error = errorAfter(message, failure.words);
      return await again(wait, { state: 'unknown', error, tried: message.ts !== null || !failed.known });
    }
    case 'place':
      await again(pace.betweenTriesOfRefused, { error: failure.code });
      return await holdPlace(needs, message, failure);
    case 'gone':
      await again(0, { error: failure.code });
      return await postAnew(needs, message, failure.code);
    case 'content':
      if (failed.hasTable) return await again(0, { error: tableRefused });
      if (!isContentRefusal(message.error)) return await again(0, { error: failure.code });
      needs.log.error(
        { message: message.key, deployment: message.deployment, error: failure.code },
        refusedInEveryForm,
      );
      return await again(pace.betweenTriesOfDead, { state: 'dead', error: failure.code });
    case 'refused':
      needs.seldom(`refused ${message.key} ${failure.code}`, () =>
        needs.log.error(
          { message: message.key, deployment: message.deployment, error: failure.code },
          'Slack refuses a message; it is tried again',
        ),
      );
      return await again(pace.betweenTriesOfRefused, { error: failure.code });
  }
}

/** Slack refuses one person, or what was to be edited is gone: nothing that anybody has to mend. */
function concernsReader(failure: Failure): failure is Extract<Failure, { code: string }> {
  if (failure.kind === 'place') return failure.reach === 'channel' || noScope.has(failure.code);
  return failure.kind === 'gone' || failure.kind === 'refused';
}

const noScope = new Set(['missing_scope', 'no_permission']);

/** What stands there stays as it is; what was never posted is tried seldom. Nothing else waits for it. */
async function giveUp(
  { store, log, now, pace, seldom }: DeliverNeeds,
  { id, key, ts, channel, digest }: StoredMessage,
  code: string,
): Promise<void> {
  seldom(`no direct message ${channel} ${code}`, () =>
    log.warn({ message: key, person: channel, error: code }, 'Slack takes no direct message to this person'),
  );
  await store.setDelivery(
    id,
    ts === null
      ? { state: 'dead', notBefore: now() + pace.betweenTriesOfDead, error: code }
      : { state: 'delivered', saidDigest: digest, error: code },
  );
}

const refusedInEveryForm =
  'Slack refuses this message in every form; it is tried again once an hour and at each start';

function stateAfter({ message, known }: Failed): Delivery['state'] {
  return known && (message.ts === null || message.state !== 'unknown') ? 'wanted' : 'unknown';
}

/** That blocks were refused is remembered until something is delivered: what is sent is poorer. */
function errorAfter({ error }: StoredMessage, next: string): string {
  return error === tableRefused || isContentRefusal(error) ? (error ?? next) : next;
}

async function holdPlace(
  { holds, store, now, pace, troubles }: DeliverNeeds,
  message: StoredMessage,
  failure: Extract<Failure, { kind: 'place' }>,
): Promise<void> {
  const until = now() + pace.betweenTriesOfRefused;
  const everywhere = failure.reach === 'workspace';
  holds.hold(everywhere ? '*' : message.channel, until);
  await store.tryNext(everywhere ? null : message.channel, until);
  await troubles.refused(message, failure);
}

/** The card is posted once more, be it the card itself that is gone or the thread of a line. */
async function postAnew(
  { store, log, now }: DeliverNeeds,
  message: StoredMessage,
  code: string,
): Promise<void> {
  const card = message.threadOf ?? message.key;
  log.warn(
    { message: card, deployment: message.deployment, error: code },
    'this card is gone from Slack; it is posted anew, and its thread goes on there',
  );
  await store.postAnew(card, now() + (code === 'edit_window_closed' ? betweenAnewMs : 0));
}
