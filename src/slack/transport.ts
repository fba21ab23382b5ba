import type { App } from '@slack/bolt';

/** One of the two ways in which Slack brings what people type and press. */
export interface Transport {
  /** Can something that a person does reach the app now? */
  isConnected(): boolean;
  /** Begins to hand everything to this app, which acknowledges all of it. */
  start(app: App): Promise<void>;
  /** Takes nothing new where that can be said, waits until what was taken has `settled`, and lets go. */
  stop(settled: () => Promise<void>): Promise<void>;
}
