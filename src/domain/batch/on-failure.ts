/** What becomes of the rest of a batch when one of it failed: it goes on, or what has not begun does not begin. */
export type BatchOnFailure = 'continue' | 'stop';
