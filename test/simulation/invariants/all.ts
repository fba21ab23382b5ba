import type { Invariant } from '../invariant.ts';
import { oneAnswer } from './answers.ts';
import { capacity, enabledOnlyWhenRight } from './balancer.ts';
import { approvalBinding, scheduleOnce } from './decisions.ts';
import { atMostOnce, fenceOrder, writeAhead } from './effects.ts';
import { insideItsHours } from './hours.ts';
import { audit, liveness } from './log.ts';
import { orderAndHalt } from './order.ts';
import { undoesItsOwn } from './rollback.ts';
import { singleFlight } from './single-flight.ts';
import { inbox, slackConverges } from './slack.ts';

/** Everything that must hold, in the order of its numbers. */
export const invariants: Invariant[] = [
  singleFlight,
  enabledOnlyWhenRight,
  atMostOnce,
  writeAhead,
  fenceOrder,
  scheduleOnce,
  approvalBinding,
  capacity,
  orderAndHalt,
  inbox,
  slackConverges,
  audit,
  oneAnswer,
  undoesItsOwn,
  insideItsHours,
  liveness,
];
