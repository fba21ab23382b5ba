import { setTimeout as delay } from 'node:timers/promises';

import { type HomeFacts, readHome } from '../../app/read-home.ts';
import type { Home } from '../../store/homes.ts';
import { createSeldom } from '../connection/seldom.ts';
import { judgeFailure } from '../failure.ts';
import { followedMs } from './home-view.ts';
import { createHomes, type HomeClient, type HomeNeeds, type Homes } from './show-home.ts';

/** How often Homes are shown anew, in milliseconds. */
export interface HomePace {
  /** What happens at once is gathered for so long. */
  breath: number;
  /** How often is looked for what other processes did, and for a new day. */
  betweenLooks: number;
  /** Least time from one showing to the next: Slack allows 100 a minute, and half of them are kept for who opens theirs. */
  betweenShowings: number;
  /** The same for one person. */
  betweenShowingsOfOne: number;
}

/** What Slack's limits leave room for. */
export const homePace: HomePace = {
  breath: 1_000,
  betweenLooks: 15_000,
  betweenShowings: 1_200,
  betweenShowingsOfOne: 5_000,
};

/** Keeps the Homes that somebody may be looking at as things are. */
export interface KeepingFresh {
  stop(): Promise<void>;
}

type Needs = HomeNeeds & { client: HomeClient; pace: HomePace };

/** So many are looked after at once; more than Slack would let us show anew within the hour. */
const mostHomes = 1_000;
/** What was read for one person is shown to the next one within this time. */
const factsAgeMs = 1_000;

/** Starts it: soon after every commit, and every few seconds for what other processes wrote. Nothing is read while nobody looks. */
export function keepHomesFresh(needs: Needs): KeepingFresh {
  const stopping = new AbortController();
  const { signal } = stopping;
  const round = createRound(needs, signal);
  const state = { waiting: false, working: Promise.resolve() };
  let later: NodeJS.Timeout | undefined;
  const work = async (): Promise<void> => {
    await pause(needs.pace.breath, signal);
    state.waiting = false;
    if (signal.aborted) return;
    const againMs = await round().catch((error: unknown) => {
      needs.log.error({ error }, 'Homes could not be looked after; it is tried again');
      return null;
    });
    if (againMs === null) return;
    clearTimeout(later);
    later = setTimeout(look, againMs).unref();
  };
  const look = (): void => {
    if (signal.aborted || state.waiting) return;
    state.waiting = true;
    state.working = state.working.then(work);
  };
  const timer = setInterval(look, needs.pace.betweenLooks).unref();
  const unsubscribe = needs.app.store.onCommit(look);
  return {
    stop: async () => {
      stopping.abort();
      clearInterval(timer);
      unsubscribe();
      await state.working;
      clearTimeout(later);
    },
  };
}

/** One look at every Home that is followed; answers when to look again before the next change, null where that is not needed. */
function createRound({ app, log, client, pace }: Needs, signal: AbortSignal): () => Promise<number | null> {
  const homes = createHomes({ app, log });
  const seldom = createSeldom(app.now);
  let resumesAt = -Infinity;
  const complain = (error: unknown, { person }: Home): void => {
    const failure = judgeFailure(error);
    const key = failure.kind === 'unclear' ? failure.words : failure.kind;
    seldom(key, () =>
      log.warn({ error, person }, 'a Home could not be shown anew; it is tried again, and as they open it'),
    );
  };
  return async () => {
    const waitMs = resumesAt - performance.now();
    if (waitMs > 0) return waitMs;
    const followed = await app.store.homesSince(app.now() - followedMs, mostHomes);
    const later = followed.flatMap((home) => waitOf(home, app.now(), pace));
    const due = followed.filter((home) => waitOf(home, app.now(), pace).length === 0);
    // Not kept from one look to the next: that would show what was so before the change that it is about.
    const read = createReading(app);
    for (const home of due.toSorted((one, other) => one.triedAt - other.triedAt)) {
      if (signal.aborted) return null;
      try {
        const isShown = await showAnew({ homes, client, pace }, home, await read());
        if (isShown) await pause(pace.betweenShowings, signal);
      } catch (error) {
        complain(error, home);
        const failure = judgeFailure(error);
        if (failure.kind !== 'limited') continue;
        resumesAt = performance.now() + failure.waitMs;
        return failure.waitMs;
      }
    }
    return later.length === 0 ? null : Math.min(...later);
  };
}

/** Milliseconds until it may be shown anew; none where it may be now, or was tried by a clock that was set back since. */
function waitOf({ triedAt }: Home, now: number, { betweenShowingsOfOne }: HomePace): number[] {
  const waitMs = triedAt + betweenShowingsOfOne - now;
  return waitMs > 0 && triedAt <= now ? [waitMs] : [];
}

interface Showing {
  homes: Homes;
  client: HomeClient;
  pace: HomePace;
}

async function showAnew({ homes, client, pace }: Showing, home: Home, facts: HomeFacts): Promise<boolean> {
  const drawn = await homes.draw(client, home, facts);
  // Somebody whom Slack does not name just now keeps what they see.
  if (!drawn.isKnown || drawn.digest === home.shownDigest) return false;
  return await homes.show(client, drawn, pace.betweenShowingsOfOne);
}

/** Reads once for all who are shown within a second. */
function createReading(app: HomeNeeds['app']): () => Promise<HomeFacts> {
  let last: { at: number; facts: Promise<HomeFacts> } | null = null;
  return async () => {
    const at = performance.now();
    if (!last || at - last.at > factsAgeMs) last = { at, facts: readHome(app) };
    return await last.facts;
  };
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}
