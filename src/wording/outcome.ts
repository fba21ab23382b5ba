import type { SayInstant } from './say-instant.ts';

/** What a request became, for the person who made it. */
export function sayRequested(
  requested: {
    number: number;
    title: string;
    environment: string;
    startsAt: number | null;
    needsApproval: boolean;
  },
  sayInstant: SayInstant,
): string {
  const { number, title, environment, startsAt, needsApproval } = requested;
  const hour = startsAt === null ? 'begins as soon as it may' : `starts ${sayInstant(startsAt)}`;
  const waits = needsApproval ? 'waits for approval and then ' : '';
  return `#${number} ${title} → ${environment}: it ${waits}${hour}.`;
}

/** What a cancellation came to. */
export function sayCancelled(cancelled: { number: number; stopping: boolean; rest?: true }): string {
  const { number, stopping, rest } = cancelled;
  if (stopping) return `#${number} stops after the server at hand.`;
  return rest
    ? `#${number} is cancelled: what remained of it is not deployed.`
    : `#${number} is cancelled and will not run.`;
}

/** What a retry deploys, and when, where it waits for the next window; and what remains all the same. */
export function sayRetried(
  {
    number,
    servers,
    left,
    startsAt,
  }: { number: number; servers: string[]; left: string[]; startsAt: number | null },
  sayInstant: SayInstant,
): string {
  const when = startsAt === null ? '' : ` ${sayInstant(startsAt)}, when the next window opens`;
  if (left.length === 0) return `#${number} deploys the remaining ${servers.join(', ')}${when}.`;
  const rest = `${left.join(', ')} ${left.length === 1 ? 'remains' : 'remain'} as before`;
  return `#${number} deploys ${servers.join(', ')}${when}; ${rest}.`;
}

/** What a rollback restores, and what it cannot. */
export function sayRolledBack(rolledBack: {
  number: number;
  servers: string[];
  withoutBackup: string[];
  needsApproval: boolean;
}): string {
  const { number, servers, withoutBackup, needsApproval } = rolledBack;
  const waits = needsApproval ? ', once it is approved' : '';
  const left =
    withoutBackup.length === 0
      ? ''
      : ` No backup is known of ${withoutBackup.join(', ')}: restore that by hand.`;
  return `#${number} restores ${servers.toReversed().join(', ')}${waits}.${left}`;
}

/** What a lock leaves as it is, and what it holds back. */
export function sayLocked(locked: {
  lock: { environment: string };
  running: number[];
  waiting: number[];
}): string {
  const goesOn = locked.running.length === 0 ? '' : ` What has begun goes on: ${numbers(locked.running)}.`;
  const waits = locked.waiting.length === 0 ? '' : ` What is queued waits: ${numbers(locked.waiting)}.`;
  return `\`${locked.lock.environment}\` is locked: nothing begins there until it is unlocked.${goesOn}${waits}`;
}

/** What stands still, and how it goes on. */
export function sayHalted({ locked, paused }: { locked: string[]; paused: number[] }): string {
  const stands =
    paused.length === 0
      ? 'Nothing was running there.'
      : `Paused: ${numbers(paused)}; the servers at hand are finished.`;
  const wayOut = paused.length === 0 ? 'Unlock each to go on.' : 'Unlock each and resume each to go on.';
  return `Locked: ${locked.map((name) => `\`${name}\``).join(', ')}. ${stands} ${wayOut}`;
}

/** What an unlocked environment takes up. */
export function sayUnlocked(unlocked: { lock: { environment: string }; waiting: number[] }): string {
  const { lock, waiting } = unlocked;
  const next =
    waiting.length === 0
      ? ''
      : ` What waited is checked again and begins, unless its hour was missed: ${numbers(waiting)}.`;
  return `\`${lock.environment}\` is unlocked.${next}`;
}

function numbers(deployments: number[]): string {
  return deployments.map((number) => `#${number}`).join(', ');
}
