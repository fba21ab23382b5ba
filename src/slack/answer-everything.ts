import type { App, ReceiverEvent } from '@slack/bolt';
import type { Logger } from 'pino';

import type { Reach } from '../domain/fault-point.ts';
import { mrkdwn } from './escape.ts';
import { type Incoming, readIncoming, sentenceInAnswer, silentAnswer } from './incoming.ts';
import type { Seldom } from './seldom.ts';

interface Needs {
  log: Pick<Logger, 'warn' | 'error'>;
  seldom: Seldom;
  reach: Reach;
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
const failed =
  'That failed inside Lamplighter, and its log says why. See `/deploy list` for what was done, before you try again.';
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
 */
export function answerEverything(app: App, needs: Needs): AnsweringApp {
  const working = new Set<Promise<void>>();
  // Bolt's own handler would keep the error from us, and us from telling the person.
  app.error(async (error) => {
    throw error;
  });
  const answering: App = Object.create(app);
  answering.processEvent = async (event) => {
    const work = answer(app, event, needs);
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

async function answer(app: App, event: ReceiverEvent, needs: Needs): Promise<void> {
  const incoming = readIncoming(event.body);
  const reply = createReply(event, incoming, needs);
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
    needs.log.error({ error, what: incoming.name }, 'a click or command could not be handled');
    await reply.say(failed);
  } finally {
    clearTimeout(late);
  }
}

interface Reply {
  isGiven(): boolean;
  /** The listener's acknowledgement: the first is the answer, the words of a later one still reach the person. */
  give: ReceiverEvent['ack'];
  /** Tells the person a sentence, as the answer or after it. Never rejects. */
  say(sentence: string): Promise<void>;
}

function createReply(event: ReceiverEvent, incoming: Incoming, { log, reach }: Needs): Reply {
  let given = false;
  const give = async (response?: unknown): Promise<void> => {
    if (given) {
      if (incoming.kind === 'command' && typeof response === 'object') await post(incoming, { ...response });
      return;
    }
    given = true;
    await reach('before:ack');
    await event.ack(response);
    await reach('after:ack');
  };
  const say = async (sentence: string): Promise<void> => {
    const shown = given ? undefined : sentenceInAnswer(incoming, sentence);
    if (!given) await give(shown ?? silentAnswer(incoming));
    if (shown === undefined && sentence !== '')
      await post(incoming, { response_type: 'ephemeral', replace_original: false, text: mrkdwn(sentence) });
  };
  return {
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
