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
}

/** Reckons with medians, so that one night of waiting for an answer changes nothing; null where there is no earlier run. */
export function forecast(plan: Plan, earlier: ServerTime[]): Forecast | null {
  if (earlier.length === 0) return null;
  const eachMs = median(earlier.map(({ startedAt, endedAt }) => Math.max(0, endedAt - startedAt)));
  const servers = plannedServers(plan).length;
  const runs = new Set(earlier.map(({ deployment }) => deployment)).size;
  const totalMs = plan.environment.parallel
    ? inWaves(plan, eachMs)
    : servers * eachMs + Math.max(0, servers - 1) * betweenServers(earlier);
  return { totalMs, servers, eachMs, runs };
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

/** Each wave begins where the first one under way makes room; no more servers are out at once than the floor allows. */
function inWaves(plan: Plan, eachMs: number): number {
  const { environment, level, minInService } = plan;
  const isFree = environment.paradigm === 'simple';
  const room = isFree ? Infinity : Math.max(1, liveMembers(environment, level).length - minInService);
  const lanes = Array.from({ length: environment.parallel?.clustersInFlight ?? 1 }, () => 0);
  for (const { groups, atOnce } of indexPlan(plan).waves) {
    const free = lanes.indexOf(Math.min(...lanes));
    lanes[free] = (lanes[free] ?? 0) + Math.ceil(groups.length / Math.min(atOnce, room)) * eachMs;
  }
  return Math.max(...lanes);
}

function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
