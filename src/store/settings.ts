import type { Actor } from '../domain/actor.ts';
import type { ChannelTelling } from '../domain/channel-telling.ts';
import type { PersonSettings } from '../domain/person-settings.ts';

/** What an environment tells its channel besides the card, and who decided so when. */
export interface ChosenTelling extends Actor {
  environment: string;
  tells: ChannelTelling;
  /** Epoch milliseconds. */
  at: number;
}

/** What people and channels chose to be told. */
export interface SettingsStore {
  /** What a person chose about direct messages; null where they never chose. */
  personSettings(person: string): Promise<PersonSettings | null>;
  /** Keeps what they chose; what waits for them is judged by it at once. */
  keepPersonSettings(kept: { person: string; settings: PersonSettings; at: number }): Promise<void>;
  /** What an environment tells its channel; null where nobody chose. */
  channelTelling(environment: string): Promise<ChosenTelling | null>;
  /** Keeps what it tells from now on, and writes it into the environment's trail; nothing where it is so already. */
  chooseChannelTelling(chosen: ChosenTelling): Promise<void>;
}
