import type { Fact } from '../../progress/facts.ts';

/** The facts of one message: those that became known together, unless one needs room or attention of its own. */
export type FactGroup = [Fact, ...Fact[]];
