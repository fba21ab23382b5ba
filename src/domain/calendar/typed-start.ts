import type { Environment } from '../configured/environment.ts';
import { accept, refuse, type Verdict } from '../verdict.ts';
import { parseTypedTime } from './typed-time.ts';
import { nextOpening } from './windows.ts';

/** Where a typed start is meant: the zone of the person, and the environment whose windows are asked. */
export interface StartPlace {
  zone: string;
  /** Null where none was named. */
  environment: Environment | null;
}

/** What a person typed for the start: a time, or `next window` of the environment. Null: now. */
export function parseTypedStart(
  typed: string,
  now: number,
  { zone, environment }: StartPlace,
): Verdict<number | null> {
  if (!/^(?:at|in)?\s*(?:the\s+)?next\s+(?:window|opening)$/i.test(typed.trim()))
    return parseTypedTime(typed, now, zone);
  if (!environment) return refuseWindow('Which window is meant is not said.', 'Name the environment.');
  const { name, windows } = environment;
  if (windows.length === 0)
    return refuseWindow(`\`${name}\` has no windows: it may start at any hour.`, 'Write now, or an hour.');
  const next = nextOpening(environment, now);
  return next === null
    ? refuseWindow(`No window of \`${name}\` opens any more.`, 'Ask a global_admin for one.')
    : accept(next);
}

function refuseWindow(message: string, wayOut: string): Verdict<never> {
  return refuse({ rule: 'windows', message, liftedBy: 'the requester', wayOut });
}
