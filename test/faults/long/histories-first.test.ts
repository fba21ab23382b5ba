import { expectHistories } from './expect-histories.ts';

expectHistories(1);
