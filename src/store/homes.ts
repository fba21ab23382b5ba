/** A person's App Home. */
export interface Home {
  person: string;
  /** When it was last opened, epoch milliseconds. */
  openedAt: number;
  /** They chose to see only environments that are theirs. */
  onlyMine: boolean;
  /** When it was last tried to show something, epoch milliseconds. */
  triedAt: number;
  /** Digest of what Slack shows; null where nobody knows. */
  shownDigest: string | null;
}

/** Something that is to be shown in a person's App Home. */
export interface HomeShowing {
  person: string;
  digest: string;
  at: number;
  /** Shown only where it differs from what stands there, and the last try is at least this old; null: in any case. */
  unlessTriedWithinMs: number | null;
}

/** App Homes, and what is shown in them. */
export interface HomeStore {
  /** Somebody opened their App Home. */
  openHome(person: string, at: number): Promise<Home>;
  home(person: string): Promise<Home | null>;
  /** Remembers what they want to see there; answers null where they never opened it. */
  chooseHome(person: string, onlyMine: boolean): Promise<Home | null>;
  /** Who opened it after an instant, the earliest first, at most `limit`. */
  homesSince(instant: number, limit: number): Promise<Home[]>;
  /** Begins to show something: answers the token of this try; null where it need not be, or may not be yet. */
  beginShowing(showing: HomeShowing): Promise<number | null>;
  /** Keeps what is shown; where another try was begun since, nobody knows which of both came last. */
  endShowing(person: string, token: number, digest: string | null): Promise<void>;
}
