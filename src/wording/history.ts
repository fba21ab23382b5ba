import { sayState } from '../domain/deployment/say-state.ts';
import { sayDuration } from './duration.ts';
import type { Listed } from './listed.ts';
import type { SayInstant } from './say-instant.ts';

/** A deployment of the past in one line: what, how it ended and how long it took, when, who. */
export function sayPast(
  past: Omit<Listed, 'environment'> & { tookMs: number | null; requestedAt: number; endedAt: number | null },
  sayInstant: SayInstant,
): string {
  const { number, title, state, tookMs, endedAt, requestedAt, startsAt, requestedBy } = past;
  const took = tookMs === null ? '' : ` in ${sayDuration(tookMs)}`;
  const when = sayInstant(endedAt ?? startsAt ?? requestedAt);
  return `*#${number}* ${title} · ${sayState(state)}${took} · ${when} · <@${requestedBy}>`;
}

/** Which deployments of an environment are listed. */
export function sayHistoryTitle(environment: string, listed: { number: number }[]): string {
  const [newest] = listed;
  const oldest = listed.at(-1);
  if (!newest || !oldest) return `Nothing was deployed to ${environment} yet.`;
  return newest === oldest
    ? `${environment}: #${newest.number}`
    : `${environment}: #${newest.number} to #${oldest.number}`;
}
