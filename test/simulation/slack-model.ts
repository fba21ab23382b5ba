import { WebAPIRateLimitedError } from '@slack/web-api';

import { decodeButton } from '../../src/slack/ids.ts';
import type { OutboxClient } from '../../src/slack/outbox/outbox-client.ts';
import type { Kernel } from './kernel.ts';

/** A message as Slack keeps it. */
export interface PostedMessage {
  ts: string;
  channel: string;
  threadTs: string | null;
  /** The message's own key in our outbox. */
  /** What marks it as one of ours. */
  eventType: string;
  key: string;
  digest: string;
  text: string;
  /** Every set of buttons it ever showed, the newest last. */
  buttons: PressableButton[][];
}

/** A button that a person sees. */
export interface PressableButton {
  id: string;
  value: string;
  number: number;
}

/** Slack, as far as the outbox and people's eyes go. */
export interface SlackModel {
  client: OutboxClient;
  messages: PostedMessage[];
  card(number: number): PostedMessage | undefined;
}

/** What a fault makes of one call: nothing, refused, lost on the way there, or its answer lost. */
export type CallFault = 'refuses' | 'lost-call' | 'lost-answer' | null;

interface Blocks {
  text: string;
  blocks: { elements?: { action_id?: string; value?: string }[] }[];
}

/** A workspace with nothing in it. `faultOf` is asked once for each call. */
export function createSlackModel(kernel: Kernel, faultOf: () => CallFault): SlackModel {
  const messages: PostedMessage[] = [];
  let count = 0;
  const call = async <T>(happen: () => T): Promise<T> => {
    const fault = faultOf();
    await kernel.turn(50 + kernel.random.below(200));
    if (fault === 'refuses') throw new WebAPIRateLimitedError(2);
    if (fault === 'lost-call') throw new Error('socket hang up');
    const answer = happen();
    await kernel.turn();
    if (fault === 'lost-answer') throw new Error('socket hang up');
    return answer;
  };
  const post = (options: Blocks & PostOptions): { ok: true; ts: string } => {
    const ts = `${Math.floor(kernel.now / 1_000)}.${String((count += 1)).padStart(6, '0')}`;
    const { event_type: eventType, event_payload } = options.metadata;
    const { key, digest } = event_payload;
    const { channel, text, thread_ts: threadTs = null } = options;
    messages.push({ ts, channel, threadTs, eventType, key, digest, text, buttons: [buttonsOf(options)] });
    return { ok: true, ts };
  };
  const update = (options: Blocks & { ts: string }): { ok: true } => {
    const message = messages.find(({ ts }) => ts === options.ts);
    message?.buttons.push(buttonsOf(options));
    Object.assign(message ?? {}, { text: options.text });
    return { ok: true };
  };
  const read = (options: { channel: string; ts?: string }) => ({
    ok: true,
    messages: messages
      .filter(({ channel, threadTs }) => channel === options.channel && threadTs === (options.ts ?? null))
      .map(({ ts, eventType, key, digest }) => ({
        ts,
        metadata: { event_type: eventType, event_payload: { key, digest } },
      })),
  });
  const client = {
    auth: { test: async () => ({ ok: true, team_id: 'T0MODEL' }) },
    chat: {
      postMessage: async (options: Blocks & PostOptions) => await call(() => post(options)),
      update: async (options: Blocks & { ts: string }) => await call(() => update(options)),
    },
    conversations: {
      history: async (options: { channel: string }) => await call(() => read(options)),
      replies: async (options: { channel: string; ts: string }) => await call(() => read(options)),
    },
  };
  return {
    client: client as unknown as OutboxClient,
    messages,
    card: (number) => messages.find(({ key }) => key === `card:${number}`),
  };
}

interface PostOptions {
  channel: string;
  thread_ts?: string;
  metadata: { event_type: string; event_payload: { key: string; digest: string } };
}

function buttonsOf({ blocks }: Blocks): PressableButton[] {
  return blocks.flatMap(({ elements = [] }) =>
    elements.flatMap(({ action_id: id, value }) => {
      const decoded = decodeButton(value);
      return id !== undefined && value !== undefined && decoded
        ? [{ id, value, number: decoded.number }]
        : [];
    }),
  );
}
