import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { AttemptEnd, ServerState } from '../../src/domain/events/states.ts';
import type { Store } from '../../src/store/store.ts';
import { implementations } from './store-implementations.ts';
import { attemptStarted, change, create, type Events, requested } from './store-samples.ts';

describe.each(implementations)('how long servers took, on $name,', ({ open }) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => await store.close());

  const write = async (deployment: number, at: number, ...events: Events) =>
    expect(await store.commit(change(deployment, events, { at }))).toMatchObject({ ok: true });
  const begun = (server: string): DeploymentEvent => ({ type: 'server_started', server });
  const ended = (server: string, state: ServerState = 'ok'): DeploymentEvent => ({
    type: 'server_ended',
    server,
    state,
    message: null,
    to: null,
  });
  const over = (attempt: number, state: AttemptEnd = 'ok'): DeploymentEvent => ({
    type: 'attempt_ended',
    attempt,
    state,
    endedBy: 'completion',
  });

  /** A deployment whose only server took this long. */
  async function played(more: { ms: number; environment?: string; title?: string; state?: AttemptEnd }) {
    const { ms, environment = 'ibex', title = 'shop@2', state = 'ok' } = more;
    const events: Events = [requested(), { type: 'queued', behind: null }];
    const number = await create(store, { environment, title, events });
    await write(number, 2_000, attemptStarted(), begun('s1'));
    await write(number, 2_000 + ms, ended('s1'), over(1, state));
    return number;
  }

  const durations = async (limit = 5) =>
    (await store.serverTimes('ibex', limit)).map(({ startedAt, endedAt }) => endedAt - startedAt);

  it('is known of each server that ended well, attempt by attempt, in order', async () => {
    const number = await create(store, { events: [requested(), { type: 'queued', behind: null }] });
    await write(number, 2_000, attemptStarted(), begun('s1'));
    await write(number, 2_700, ended('s1'), begun('s2'));
    await write(number, 3_000, ended('s2', 'error'), over(1, 'partial'));
    await write(number, 4_000, { type: 'retry_requested', servers: ['s2'], by: 'U0ANA' });
    await write(number, 5_000, { ...attemptStarted(2, 2), servers: ['s2'] } as DeploymentEvent, begun('s2'));
    await write(number, 5_400, ended('s2'), over(2));
    expect(await store.serverTimes('ibex', 5)).toEqual([
      { deployment: number, attempt: 1, server: 's1', startedAt: 2_000, endedAt: 2_700 },
      { deployment: number, attempt: 2, server: 's2', startedAt: 5_000, endedAt: 5_400 },
    ]);
  });

  it('is that of the newest deployments there that ended well, whole or in part', async () => {
    for (const ms of [1, 2, 3]) await played({ ms });
    await played({ ms: 4, state: 'partial' });
    await played({ ms: 5, state: 'ok_with_warnings' });
    await played({ ms: 60, state: 'error' });
    await played({ ms: 70, environment: 'denodo' });
    expect(await durations(3)).toEqual([5, 4, 3]);
    expect(await durations()).toEqual([5, 4, 3, 2, 1]);
  });

  it('is not that of rollbacks, which do something else', async () => {
    await played({ ms: 7 });
    await played({ ms: 80, title: 'rollback of #1' });
    expect(await durations(1)).toEqual([7]);
  });

  it('is nothing where nothing was deployed yet', async () => {
    expect(await store.serverTimes('ibex', 5)).toEqual([]);
  });
});
