import { type Report } from './run-seeds.ts';

/** How often each of these must happen in a thousand histories: if they do not, the histories prove nothing. */
const leastInThousand: Record<string, number> = {
  deployments: 1_000,
  attempts: 800,
  'attempts ok': 500,
  'attempts partial': 30,
  'attempts error': 30,
  'attempts cancelled': 5,
  'closed cancelled': 5,
  'closed missed': 3,
  retry_requested: 20,
  stop_requested: 20,
  stop_now_requested: 20,
  paused: 30,
  resumed: 12,
  'runs started': 3_000,
  'runs sealed': 200,
  'runs refused': 3,
  takeovers: 200,
  'tasks intended by two owners': 20,
  'found running': 15,
  'found ended': 15,
  'found never-started': 50,
  'questions unknown-task': 15,
  'questions next-wave': 5,
  'questions failed-step': 50,
  'questions manual-step': 120,
  'answers skip': 15,
  'answers skip by default': 12,
  'answers done': 15,
  'answers retry': 8,
  put_back_requested: 40,
  put_back_ended: 40,
  kept_out: 8,
  window_ended: 30,
  'retries in the next window': 12,
  'overrides asked for': 25,
  'started by an override': 12,
  'drift found': 15,
  'questions drift': 6,
  'answers roll-back': 8,
  'servers rolled_back': 15,
  rollback_decided: 12,
  rollback_announced: 50,
  rollback_kept: 12,
  rollback_snoozed: 12,
  'rollbacks by a person': 40,
  'rollbacks by themselves': 25,
  'rollbacks ok': 40,
  glass_asked: 50,
  glass_broken: 8,
  'votes for others': 10,
  'second-process': 100,
  'kill-at': 50,
  'kill after:intent-commit': 15,
  'kill before:effect': 15,
  'kill after:effect': 15,
  'kill before:result-commit': 15,
  'kill after:result-commit': 15,
  'kill before:ack': 15,
  'kill after:ack': 15,
  'kill outbox:before-send': 15,
  'kill outbox:after-send': 15,
  'pause before:effect': 10,
  'lost-write done': 50,
  'lost-write undone': 50,
  'lost-answer': 20,
  'outage met': 30,
  'step dies': 20,
  'slack lost-answer': 20,
};

/** What happened too seldom for that many histories, one sentence each; empty when it was enough. */
export function whatWasTooLittle({ histories, tally }: Report): string[] {
  return Object.entries(leastInThousand).flatMap(([what, inThousand]) => {
    const least = Math.floor((inThousand * histories) / 1_000);
    const found = tally[what] ?? 0;
    return found < least ? [`${what}: ${found}, and at least ${least} were expected`] : [];
  });
}

/** The counts, one a line, the most frequent first. */
export function sayTally({ histories, turns, tally }: Report): string {
  const lines = Object.entries(tally)
    .toSorted((one, other) => other[1] - one[1])
    .map(([what, times]) => `${String(times).padStart(9)} ${what}`);
  return [`${histories} histories, ${turns} turns`, ...lines].join('\n');
}
