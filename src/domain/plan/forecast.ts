import { indexPlan } from './plan-index.ts';
import { liveMembers, type Plan, plannedServers } from './plan.ts';

/** From when to when a server was deployed to, well, in one attempt. */
export interface ServerTime {
  deployment: number;
  attempt: number;
  server: string;
  /** Epoch milliseconds. */
  startedAt: number;
  endedAt: number;
}

/** How many of the latest deployments of an environment a forecast looks at. */
export const runsForForecast = 5;

/** How long a deployment is likely to take, from how long servers took in earlier ones. */
export interface Forecast {
  /** Milliseconds from its start to its end; nobody is waited for in it. */
  totalMs: number;
  servers: number;
  /** What the middle one of all earlier servers took, milliseconds. */
  eachMs: number;
  /** Earlier deployments that it was reckoned from. */
  runs: number;
  /** Servers that were reckoned by what they took themselves; absent where that says the same as `eachMs`. */
  own?: OwnTimes;
}

/** So many servers, and what the quickest and the slowest of them took, milliseconds. */
export interface OwnTimes {
  servers: number;
  shortestMs: number;
  longestMs: number;
}

/** A server is reckoned by itself when it was deployed to so often among the runs that are looked at. */
const ownRuns = 3;

/**
 * Reckons with medians, so that one night of waiting for an answer changes nothing: with that of a server's own earlier
 * runs where there are enough, else with that of all servers there. Null where there is no earlier run.
 */
export function forecast(plan: Plan, earlier: ServerTime[]): Forecast | null {
  if (earlier.length === 0) return null;
  const eachMs = median(earlier.map(tookMs));
  const servers = plannedServers(plan);
  const own = ownMedians(servers, earlier);
  const times = new Map(servers.map((server) => [server, own.get(server) ?? eachMs]));
  const runs = new Set(earlier.map(({ deployment }) => deployment)).size;
  const totalMs = plan.environment.parallel
    ? inWaves(plan, times)
    : sumOf([...times.values()]) + Math.max(0, servers.length - 1) * betweenServers(earlier);
  const saysMore = [...own.values()].some((time) => time !== eachMs);
  return { totalMs, servers: servers.length, eachMs, runs, ...(saysMore && { own: ownTimes(own) }) };
}

function tookMs({ startedAt, endedAt }: ServerTime): number {
  return Math.max(0, endedAt - startedAt);
}

function sumOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function ownMedians(servers: string[], earlier: ServerTime[]): Map<string, number> {
  const medians = servers.flatMap((server): [string, number][] => {
    const times = earlier.filter((time) => time.server === server).map(tookMs);
    return times.length < ownRuns ? [] : [[server, median(times)]];
  });
  return new Map(medians);
}

function ownTimes(own: Map<string, number>): OwnTimes {
  const times = [...own.values()];
  return { servers: own.size, shortestMs: Math.min(...times), longestMs: Math.max(...times) };
}

/** What goes by from the end of a server to the beginning of the next: draining, checks, the load balancer. */
function betweenServers(earlier: ServerTime[]): number {
  const attempts = new Map<string, ServerTime[]>();
  for (const time of earlier) {
    const key = `${time.deployment}:${time.attempt}`;
    attempts.set(key, [...(attempts.get(key) ?? []), time]);
  }
  const gaps = [...attempts.values()].filter((times) => times.length > 1).map(meanGap);
  return gaps.length === 0 ? 0 : median(gaps);
}

function meanGap(times: ServerTime[]): number {
  const inOrder = times.toSorted((one, other) => one.startedAt - other.startedAt);
  const gaps = inOrder.slice(1).map(({ startedAt }, index) => startedAt - (inOrder[index]?.endedAt ?? 0));
  return gaps.reduce((sum, gap) => sum + Math.max(0, gap), 0) / gaps.length;
}

/**
 * Each wave begins where the first one under way makes room, and so does each server in its wave; no more servers are
 * out at once than the floor allows.
 */
function inWaves(plan: Plan, times: Map<string, number>): number {
  const { environment, level, minInService } = plan;
  const { waves, memberOfServer } = indexPlan(plan);
  const groupMs = (group: number): number =>
    sumOf([...times].flatMap(([server, time]) => (memberOfServer.get(server)?.group === group ? time : [])));
  const isFree = environment.paradigm === 'simple';
  const room = isFree ? Infinity : Math.max(1, liveMembers(environment, level).length - minInService);
  const waveMs = waves.map(({ groups, atOnce }) => sideBySide(groups.map(groupMs), Math.min(atOnce, room)));
  return sideBySide(waveMs, environment.parallel?.clustersInFlight ?? 1);
}

/** How long all of it takes when so many are under way at once, and the next begins in its order when one has ended. */
function sideBySide(times: number[], atOnce: number): number {
  const lanes = Array.from({ length: Math.min(atOnce, times.length) }, () => 0);
  for (const time of times) {
    const free = lanes.indexOf(Math.min(...lanes));
    lanes[free] = (lanes[free] ?? 0) + time;
  }
  return Math.max(0, ...lanes);
}

function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
