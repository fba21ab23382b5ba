import type { Fleet } from '../fleet/start-fleet.ts';
import type { Load } from '../fleet/start-load.ts';
import type { ScreenContent } from '../slack/screen-content.ts';
import type { LocalSlack } from '../slack/start-slack.ts';
import type { BotState, Hint, Shortcut, SlashCommand } from './snapshot.ts';

/** The bot's process as the page can see and handle it. */
export interface BotControl {
  state(): BotState;
  /** Starts it, unless it runs; resolves when it is ready or has ended again. */
  start(): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Calls the listener after each change of its state until the answer is called. */
  onChange(listener: () => void): () => void;
}

/** Everything that the page shows and switches. */
export interface PageParts {
  slack: LocalSlack;
  fleet: Fleet;
  load: Load;
  requestsPerSecond: number;
  bot: BotControl;
  /** Ids of the people whom one may be. */
  players: string[];
  commands: SlashCommand[];
  shortcuts: Shortcut[];
  /** What the person may do next, from what they see. */
  hintFor: (screen: ScreenContent) => Hint | null;
}
