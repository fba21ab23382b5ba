import { type Plan, plannedServers } from './plan.ts';

/** What a server said when it was asked outside any deployment. */
export interface ServerAnswer {
  /** Null when it is ready; else one sentence. */
  problem: string | null;
  /** What it says runs there; null where it says nothing. */
  readBack: string | null;
  /** The URL of the cache that is in use there; absent where nothing was to be known. */
  cache?: string | null;
  /** Whether its cache is on; absent where nothing was to be known. */
  cacheIsOn?: boolean;
  /** What the load balancer says of it, or of its cluster; absent where it was not asked. */
  balancer?: 'up' | 'drain' | 'down' | 'unknown';
}

/** A server that is asked, with what it answered last. */
export interface AskedServer {
  server: string;
  /** Epoch milliseconds. */
  askedAt: number;
  /** Null until there is an answer. */
  answered: {
    at: number;
    answer: ServerAnswer;
    /** The first of the answers in a row that said that this runs there, epoch milliseconds; absent where it was not kept. */
    saidSince?: number;
  } | null;
}

/** Older answers say nothing about a deployment any more. */
const usefulMs = 10 * 60_000;

/** An answer is asked for again when it is older than this. */
const freshMs = 60_000;

/** What is known now of the servers of a plan, in the order of the deployment; null: nothing that still counts. */
export type ServerLook = { server: string; known: { at: number; answer: ServerAnswer } | null };

/** What the planned servers said, as far as it is not too old to say anything. */
export function looksOf(plan: Plan, asked: AskedServer[], now: number): ServerLook[] {
  const answers = new Map(asked.map(({ server, answered }) => [server, answered]));
  return plannedServers(plan).map((server) => {
    const answered = answers.get(server) ?? null;
    return { server, known: answered && now - answered.at <= usefulMs ? answered : null };
  });
}

/** The planned servers that are to be asked: what they said last is not fresh, and nobody asked just now. */
export function serversToAsk(plan: Plan, asked: AskedServer[], now: number): string[] {
  const lately = new Set(
    asked
      .filter(({ askedAt, answered }) => now - Math.max(askedAt, answered?.at ?? 0) < freshMs)
      .map(({ server }) => server),
  );
  return plannedServers(plan).filter((server) => !lately.has(server));
}
