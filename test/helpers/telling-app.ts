import { setTimeout as delay } from 'node:timers/promises';

import { createHandsOf } from '../../src/app/voices.ts';
import type { Configuration } from '../../src/domain/configured/configuration.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { ShownMessage } from '../../src/sandbox/slack/channel.ts';
import { createNoticeGate } from '../../src/slack/notices/notice-gate.ts';
import { createNotify } from '../../src/slack/notices/notify.ts';
import { startOutbox } from '../../src/slack/outbox/outbox.ts';
import { startTelling } from '../../src/slack/outbox/telling.ts';
import { createNameOf, createPeople, createPeopleOfRole } from '../../src/slack/people.ts';
import type { Store } from '../../src/store/store.ts';
import { type SlackApp, startSlackApp } from './slack-app.ts';
import { testPace } from './speaking-bot.ts';

/** The bot's Slack room with both its halves: it hears people, and it tells the channel and people directly. */
export interface TellingApp extends SlackApp {
  /** What stands in somebody's direct messages now, oldest first. */
  directOf(person: string): ShownMessage[];
  /** How many lines of the log say these words. */
  toldInLog(words: string): number;
  /** What keeps Slack from being told. */
  trouble(): string | null;
  /** Waits until everything is told that may be told now. */
  told(): Promise<void>;
}

/** Starts it over one environment; the gate lives by the clock of the app. */
export async function startTellingApp(
  environment: Environment,
  { roles, scopes }: { roles?: Configuration['roles']; scopes?: string[] } = {},
): Promise<TellingApp> {
  const bot = await startSlackApp({ by: 'socket', environment, ...(scopes && { scopes }) });
  const { app, connection, slack } = bot;
  if (roles) Object.assign(app.world.configuration, { roles: structuredClone(roles) });
  const { store, configuration } = app;
  const said: string[] = [];
  const write = (about: object | string, words = ''): void =>
    void said.push(typeof about === 'string' ? about : words);
  const log = { info: write, warn: write, error: write };
  const people = {
    client: connection.lookUpClient,
    teamId: async () => await connection.teamId(),
    configuration,
    now: Date.now,
    log,
  };
  const peopleOfRole = createPeopleOfRole({ ...people, findPerson: app.findPerson });
  const nameOf = createNameOf({ findPerson: createPeople(people), now: Date.now });
  const sending = new Set<number>();
  const watched: Store = {
    ...store,
    setDelivery: async (id, delivery) => {
      await store.setDelivery(id, delivery);
      if (delivery.state === 'sending') sending.add(id);
      else sending.delete(id);
    },
  };
  const outbox = startOutbox({
    store: watched,
    client: connection.outboxClient,
    now: Date.now,
    log,
    reach: async () => undefined,
    pace: testPace,
    adminChannel: () => 'C0ADMIN',
    gate: createNoticeGate(app),
  });
  const sayDirectly = createNotify({
    store,
    configuration,
    peopleOfRole,
    now: app.now,
    workspaceUrl: async () => await connection.workspaceUrl(),
  });
  const telling = startTelling(
    {
      store,
      now: app.now,
      log,
      nameOf,
      handsOf: createHandsOf(app),
      companions: [sayDirectly],
      breathMs: 0,
    },
    outbox,
  );
  return {
    ...bot,
    directOf: (person) => {
      try {
        return slack.channel(`D0${person.slice(1)}`).messages();
      } catch {
        return [];
      }
    },
    toldInLog: (words) => said.filter((line) => line.includes(words)).length,
    trouble: () => outbox.trouble(),
    told: async () => {
      for (let quietLooks = 0, looks = 0; quietLooks < 3; looks += 1) {
        if (looks > 400) throw new Error('not everything is told');
        const left =
          (await store.untold(10)).length + (await store.undelivered(Date.now(), 100)).length + sending.size;
        quietLooks = left === 0 ? quietLooks + 1 : 0;
        await delay(15);
      }
    },
    stop: async () => {
      await telling.stop();
      await outbox.stop();
      await bot.stop();
    },
  };
}
