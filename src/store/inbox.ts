/** What a person was answered; redelivered envelopes get the same again. */
export interface InboxAnswer {
  key: string;
  answer: unknown;
}

/** What came from Slack, and what was answered: each envelope counts once. */
export interface InboxStore {
  /** Writes the envelope before it is acknowledged; answers the earlier answer when it was seen before. */
  receive(key: string, what: string, by: string, at: number): Promise<{ first: boolean; answer: unknown }>;
  /** Keeps the first answer of an envelope, and answers the one that is kept. */
  answer(inbox: InboxAnswer): Promise<unknown>;
}
