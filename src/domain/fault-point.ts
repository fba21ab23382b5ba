/** A moment between a decision, its effect and its record: whatever dies there must be found and told afterwards. */
export type FaultPoint =
  | 'after:intent-commit'
  | 'before:effect'
  | 'after:effect'
  | 'before:result-commit'
  | 'after:result-commit'
  | 'before:ack'
  | 'after:ack'
  | 'outbox:before-send'
  | 'outbox:after-send';

/** Is told that a fault point was reached. A simulation kills, pauses or delays there. */
export type Reach = (point: FaultPoint) => Promise<void> | void;

/** What production does at a fault point: nothing. */
export const passBy: Reach = () => undefined;
