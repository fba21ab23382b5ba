import { expect, test } from 'vitest';

import type { OutboxClient } from '../../src/slack/outbox/outbox-client.ts';
import { metadataType, readBack } from '../../src/slack/outbox/read-back.ts';
import type { StoredMessage } from '../../src/store/messages.ts';

const shown = (ts: string, key: string, event_type = metadataType) => ({
  ts,
  metadata: { event_type, event_payload: { key, digest: `digest of ${ts}` } },
});

/** Slack with a channel of two pages. */
function slackWith(...pages: object[][]): OutboxClient {
  const history = async ({ cursor = '0' }: { cursor?: string }) => ({
    messages: pages[Number(cursor)] ?? [],
    response_metadata: { next_cursor: Number(cursor) + 1 < pages.length ? String(Number(cursor) + 1) : '' },
  });
  return { conversations: { history, replies: history } } as unknown as OutboxClient;
}

const message = (more: Partial<StoredMessage> = {}) =>
  ({
    key: 'card:7',
    channel: 'C0SHOP',
    threadTs: null,
    earlierThreadTs: null,
    replaces: null,
    createdAt: 0,
    ...more,
  }) as StoredMessage;

test('a message is found by its key, on whichever page it stands', async () => {
  const client = slackWith([shown('5.0', 'card:8')], [shown('4.0', 'card:7')]);
  expect(await readBack(client, message())).toEqual({ ts: '4.0', digest: 'digest of 4.0' });
});

test('what somebody else wrote under the same key is not ours', async () => {
  expect(await readBack(slackWith([shown('4.0', 'card:7', 'other_app')]), message())).toBe('absent');
});

test('a message that is posted anew is not the one whose place it takes', async () => {
  const both = slackWith([shown('6.0', 'card:7'), shown('4.0', 'card:7')]);
  expect(await readBack(slackWith([shown('4.0', 'card:7')]), message({ replaces: '4.0' }))).toBe('absent');
  expect(await readBack(both, message({ replaces: '4.0' }))).toMatchObject({ ts: '6.0' });
});
