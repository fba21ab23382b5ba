/** How an instant is written where the line is read. */
export type SayInstant = (instant: number) => string;
