/** A "no" that people read: the rule that says so, who can lift it, and the way out. */
export interface Refusal {
  /** The rule's id (`D-20`, `law-5`) or a short name of our own (`not-executed`). */
  rule: string;
  /** One sentence: what is wrong and where. */
  message: string;
  /** Who can lift it: a role, a person, or "nobody". */
  liftedBy: string;
  /** What to do instead, as one imperative sentence. */
  wayOut: string;
}

/** Something the requester must accept, or an approver sees. */
export interface Warning {
  rule: string;
  message: string;
}

/** What a use-case answers: done with its value, or every refusal at once. */
export type Verdict<T> = { ok: true; value: T } | { ok: false; refusals: Refusal[] };

/** The verdict that says yes. */
export function accept<T>(value: T): Verdict<T> {
  return { ok: true, value };
}

/** The verdict that says no, with at least one refusal. */
export function refuse(...refusals: [Refusal, ...Refusal[]]): { ok: false; refusals: Refusal[] } {
  return { ok: false, refusals };
}
