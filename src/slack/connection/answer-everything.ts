import type { App, ReceiverEvent } from '@slack/bolt';
import { SlackError } from '@slack/web-api';
import type { Logger } from 'pino';

import type { Reach } from '../../domain/fault-point.ts';
import { StoreUnavailable } from '../../store/unavailable.ts';
import { mrkdwn } from '../escape.ts';
import { type Incoming, readIncoming, sentenceInAnswer, silentAnswer } from './incoming.ts';
import { createReplayMemory, type OncePerSignature } from './replays.ts';
import type { Seldom } from './seldom.ts';

interface Needs {
  now: () => number;
  log: Pick<Logger, 'warn' | 'error'>;
  seldom: Seldom;
  reach: Reach;
  /** Is told how long each act waited for its acknowledgement; absent: nobody is. */
  answered?: (act: { kind: string; seconds: number }) => void;
}

/** An app that acknowledges everything it is given. */
export interface AnsweringApp {
  app: App;
  /** Waits until everything that was taken is done with, but not longer than 3 s. */
  settled: () => Promise<void>;
}

/** Slack waits 3 s; the way there and back is part of it. */
const answerLimitMs = 2_400;
const settleLimitMs = 3_000;
const tellTimeoutMs = 5_000;

const tooLate =
  'This takes longer than Slack waits. It goes on and may still succeed: see `/deploy list` before you send it again.';
const slackFailed =
  'Slack did not give Lamplighter the answer it needed, so this could not be finished or shown. See `/deploy list` for how things stand, and try again.';
const failed =
  'That failed inside Lamplighter, and its log says why. See `/deploy list` for what was done, before you try again.';
const cannotWrite = (reason: string): string =>
  `Lamplighter cannot write to its database now: ${reason}. This was not taken, unless \`/deploy list\` shows it; tell whoever runs Lamplighter, and send it again after that.`;
const unknownTo: Record<Incoming['kind'], string> = {
  command: 'Lamplighter has no such command. `/deploy help` lists them all.',
  submission: 'This form is of another version of Lamplighter: close it, and open it again with `/deploy`.',
  press: 'This does nothing any more. `/deploy list` says how things stand.',
  options: '',
  event: '',
};

/**
 * Makes an app acknowledge everything within Slack's 3 s, over either transport: what no listener hears, what a listener
 * forgets or fails at, and what takes too long. The person is told in a sentence wherever Slack has a place for it.
 * What Slack delivers more than once, be it at the same time, is worked on once and acknowledged alike each time.
 */
export function answerEverything(app: App, needs: Needs): AnsweringApp {
  const working = new Set<Promise<void>>();
  const oncePerAct = createReplayMemory<unknown>(needs.now);
  // Bolt's own handler would keep the error from us, and us from telling the person.
  app.error(async (error) => {
    throw error;
  });
  const answering: App = Object.create(app);
  answering.processEvent = async (event) => {
    const work = answerAct(app, event, { ...needs, oncePerAct });
    working.add(work);
    await work.finally(() => working.delete(work));
  };
  return { app: answering, settled: async () => await settle(working) };
}

async function settle(working: Set<Promise<void>>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, settleLimitMs);
  });
  const done = async (): Promise<void> => {
    while (working.size > 0) await Promise.allSettled(working);
  };
  await Promise.race([done(), late]);
  clearTimeout(timer);
}

/** Works on the first delivery of an act, and gives every other one the acknowledgement of the first. */
async function answerAct(
  app: App,
  event: ReceiverEvent,
  { oncePerAct, ...needs }: Needs & { oncePerAct: OncePerSignature<unknown> },
): Promise<void> {
  const incoming = readIncoming(event.body);
  if (incoming.key === null) return await answer(app, createReply(event, incoming, needs), needs);
  const work: Promise<void>[] = [];
  const acknowledgement = await oncePerAct(incoming.key, async () => {
    const reply = createReply(event, incoming, needs);
    work.push(answer(app, reply, needs));
    return await reply.acknowledgement;
  });
  if (work.length === 0) await event.ack(acknowledgement);
  await Promise.all(work);
}

async function answer(app: App, reply: Reply, needs: Needs): Promise<void> {
  const { event, incoming } = reply;
  const late = setTimeout(() => {
    if (reply.isGiven()) return;
    needs.log.warn({ what: incoming.name }, 'an answer to Slack takes too long; the person is told so');
    // A press changes the card whenever it is done; only who waits for an answer is told.
    void reply.say(incoming.kind === 'press' ? '' : tooLate);
  }, answerLimitMs);
  try {
    await app.processEvent({ ...event, ack: reply.give });
    if (reply.isGiven()) return;
    needs.seldom(`unknown: ${incoming.name}`, () =>
      needs.log.warn({ what: incoming.name }, 'nothing here listens to this; it is acknowledged'),
    );
    await reply.say(unknownTo[incoming.kind]);
  } catch (error) {
    const unavailable = findUnavailable(error);
    if (!unavailable)
      needs.log.error({ error, what: incoming.name }, 'a click or command could not be handled');
    const slackSaidNo = error instanceof SlackError ? slackFailed : failed;
    await reply.say(unavailable ? cannotWrite(unavailable.reason) : slackSaidNo);
  } finally {
    clearTimeout(late);
  }
}

/** Bolt hands on what a listener threw inside errors of its own. */
function findUnavailable(error: unknown): StoreUnavailable | null {
  if (error instanceof StoreUnavailable) return error;
  const { original, originals = [] } = Object(error) as { original?: unknown; originals?: unknown[] };
  for (const inner of original === undefined ? originals : [original, ...originals]) {
    const found = findUnavailable(inner);
    if (found) return found;
  }
  return null;
}

interface Reply {
  event: ReceiverEvent;
  incoming: Incoming;
  /** What was acknowledged, once it was. */
  acknowledgement: Promise<unknown>;
  isGiven(): boolean;
  /** The listener's acknowledgement: the first is the answer, the words of a later one still reach the person. */
  give: ReceiverEvent['ack'];
  /** Tells the person a sentence, as the answer or after it. Never rejects. */
  say(sentence: string): Promise<void>;
}

function createReply(event: ReceiverEvent, incoming: Incoming, { log, reach, answered }: Needs): Reply {
  const cameAt = performance.now();
  let given = false;
  let acknowledged = (_response: unknown): void => undefined;
  const acknowledgement = new Promise<unknown>((resolve) => {
    acknowledged = resolve;
  });
  const give = async (response?: unknown): Promise<void> => {
    if (given) {
      if (incoming.kind === 'command' && typeof response === 'object') await post(incoming, { ...response });
      return;
    }
    given = true;
    await reach('before:ack');
    answered?.({ kind: incoming.kind, seconds: (performance.now() - cameAt) / 1_000 });
    acknowledged(response);
    await event.ack(response).catch(async (error: unknown) => {
      // What was decided stands. The connection that brought the question is gone: the words go another way.
      log.warn({ error, what: incoming.name }, 'Slack could not be given an acknowledgement');
      if (incoming.kind === 'command' && typeof response === 'object') await post(incoming, { ...response });
    });
    await reach('after:ack');
  };
  const say = async (sentence: string): Promise<void> => {
    const shown = given ? undefined : sentenceInAnswer(incoming, sentence);
    if (!given) await give(shown ?? silentAnswer(incoming));
    if (shown === undefined && sentence !== '')
      await post(incoming, { response_type: 'ephemeral', replace_original: false, text: mrkdwn(sentence) });
  };
  return {
    event,
    incoming,
    acknowledgement,
    isGiven: () => given,
    give,
    say: async (sentence) => {
      await say(sentence).catch((error: unknown) =>
        log.warn({ error, what: incoming.name }, 'a person could not be told what became of it'),
      );
    },
  };
}

async function post({ responseUrl }: Incoming, message: object): Promise<void> {
  if (responseUrl === null) return;
  const response = await fetch(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(tellTimeoutMs),
  });
  if (!response.ok) throw new Error(`Slack answered ${response.status} to an answer of ours`);
}
