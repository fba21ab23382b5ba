import { expectHistories } from './expect-histories.ts';

expectHistories(10001);
