/** The way by which a person decided, where it was not Slack. */
export type Via = 'command line';

/** Who decided, and by which way: the same person counts as the same person by either. */
export interface Actor {
  /** Slack user. */
  by: string;
  /** Absent: Slack. */
  via?: Via | undefined;
}

/** Who decided, and when (epoch milliseconds). */
export interface Decided extends Actor {
  at: number;
}

/** Who decides where nobody does: a deadline, or the configuration. No Slack user is called so. */
export const system = 'system';

/** A person in a sentence: `<@U0ANA>`, or `<@U0ANA> via command line`; the product by its name. */
export function mention({ by, via }: Actor): string {
  if (by === system) return 'Lamplighter';
  return via === undefined ? `<@${by}>` : `<@${by}> via ${via}`;
}

/** A person as a mention; the product itself when a deadline passed without an answer. */
export function sayActor(id: string, via?: Via): string {
  return id === system ? 'the default answer, as nobody answered in time' : mention({ by: id, via });
}
