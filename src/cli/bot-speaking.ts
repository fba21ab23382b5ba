import type { Logger } from 'pino';

import { createHandsOf } from '../app/voices.ts';
import { passBy } from '../domain/fault-point.ts';
import type { Metrics } from '../health/metrics.ts';
import { tellBatches } from '../slack/batch/batch-messages.ts';
import type { Slack } from '../slack/connection/connect.ts';
import { homePace, keepHomesFresh } from '../slack/home/keep-homes-fresh.ts';
import { startAnchoring } from '../slack/outbox/anchor.ts';
import { tellBrokenGlass } from '../slack/outbox/glass-note.ts';
import { type Outbox, type Pace, startOutbox } from '../slack/outbox/outbox.ts';
import { startTelling } from '../slack/outbox/telling.ts';
import { tellTimelines } from '../slack/picture/tell-timeline.ts';
import type { Store } from '../store/store.ts';
import type { BotApp } from './bot-app.ts';
import { createNotices } from './bot-notices.ts';
import { observeFacts, observeSaid } from './bot-observer.ts';
import { createSteadyClock } from './steady-clock.ts';

/** Whose words go to Slack, and who counts them. */
interface Speaker {
  app: BotApp;
  slack: Slack;
  metrics: Metrics;
  adminChannel: () => string | null;
}

/** Starts everything that tells Slack what happened; the parts stop in the order in which they stand. */
export function startSpeaking(
  { store, log, pace }: { store: Store; log: Logger; pace: Pace },
  { app, slack, metrics, adminChannel }: Speaker,
): { outbox: Outbox; parts: { stop(): Promise<void> }[] } {
  const now = Date.now;
  const client = slack.outboxClient;
  const { sayDirectly, gate, nameOf } = createNotices(app, slack);
  const outbox = startOutbox({
    store,
    now: createSteadyClock(),
    log,
    client,
    reach: passBy,
    pace,
    adminChannel,
    said: observeSaid(metrics, now),
    gate,
  });
  const anchoring = startAnchoring({ store, now, log, channel: adminChannel }, outbox);
  const companions = [
    sayDirectly,
    tellBrokenGlass(adminChannel),
    tellBatches({ store, now, nameOf }),
    tellTimelines(log),
  ];
  const told = observeFacts({ metrics, log });
  const telling = startTelling(
    {
      store,
      now,
      log,
      told,
      nameOf,
      handsOf: createHandsOf(app.needs),
      companions,
      breathMs: pace.betweenTellings,
    },
    outbox,
  );
  const homes = keepHomesFresh({ app: app.needs, log, client, pace: homePace });
  return { outbox, parts: [homes, telling, anchoring, outbox] };
}
