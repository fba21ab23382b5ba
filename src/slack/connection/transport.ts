import type { AnsweringApp } from './answer-everything.ts';

/** One of the two ways in which Slack brings what people type and press. */
export interface Transport {
  /** Why nothing that a person does reaches the app now, in words; null: it does. */
  problem(): string | null;
  /** Begins to hand everything to this app, which acknowledges all of it. */
  start(answering: AnsweringApp): Promise<void>;
  /** Takes nothing new where that can be said, waits until what was taken is settled, and lets go. */
  stop(): Promise<void>;
}
