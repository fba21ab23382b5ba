import type { Run, ServerRun } from '../domain/attempt/run.ts';
import { isUntouched } from '../domain/attempt/standing.ts';
import {
  findServer,
  liveMembers,
  memberOf,
  type Plan,
  plannedServers,
  planTitle,
} from '../domain/plan/plan.ts';
import { harmless, quote } from '../domain/quote.ts';
import { sayDuration } from './duration.ts';
import { cutMiddle, listRuns, shortName } from './names.ts';
import { stay } from './plan.ts';
import { sayServerState } from './server-state.ts';

/** One line for each server: as cells under a head, and as a sentence for where no table is shown. */
export interface ServerTable {
  head: string[];
  rows: { cells: string[]; line: string }[];
}

/** What runs on a server as far as anybody knows; null where nobody does. */
export type ReadBackOf = (server: string) => string | null;

const longestReadBack = 40;

/** The servers of a plan in their order, from what to what, in which group, and what stays in service meanwhile. */
export function planTable(plan: Plan, readBackOf: ReadBackOf): ServerTable {
  const servers = plannedServers(plan);
  const isKnown = servers.some((server) => readBackOf(server) !== null);
  const isBalanced = plan.environment.paradigm !== 'simple';
  const head = ['Server', isKnown ? 'From → to' : 'To', 'Group', ...(isBalanced ? ['Stay in service'] : [])];
  const rows = servers.map((server, index) => {
    const place = `${index + 1}. ${shortName(server)}${index === 0 && servers.length > 1 ? ' (canary)' : ''}`;
    const { group, left } = groupOf(plan, server);
    const from = readBackOf(server);
    const to = cutMiddle(planTitle(plan), longestReadBack);
    const cells = [place, isKnown ? `${sayFrom(from)} → ${to}` : to, group, ...(isBalanced ? [left] : [])];
    const meanwhile = isBalanced
      ? `, ${left} ${plan.level}s ${stay(Number.parseInt(left, 10))} in service`
      : '';
    return { cells, line: `${place}: ${quoteFrom(from)} → ${to}, group ${group}${meanwhile}` };
  });
  return { head, rows };
}

function groupOf(plan: Plan, server: string): { group: string; left: string } {
  const at = plan.groups.findIndex((members) => members.includes(memberOf(plan, server)));
  const cluster = findServer(plan.environment, server)?.cluster.name;
  const total = liveMembers(plan.environment, plan.level).length;
  return {
    group: `${at + 1}${cluster === undefined ? '' : ` (${shortName(cluster)})`}`,
    left: `${total - (plan.groups[at]?.length ?? 0)} of ${total}`,
  };
}

/** How an attempt left the servers that it came to: state, from what to what, and how long each took. */
export function attemptTable(plan: Plan, run: Run): ServerTable {
  const rows = plannedServers(plan).flatMap((name) => {
    const server = run.servers.get(name);
    return server && !isUntouched(server) ? [attemptRow(name, server)] : [];
  });
  return { head: ['Server', 'State', 'From → to', 'Took'], rows };
}

function attemptRow(
  name: string,
  { state, from, to, startedAt, endedAt }: ServerRun,
): ServerTable['rows'][0] {
  const took = startedAt === null || endedAt === null || endedAt < startedAt ? null : endedAt - startedAt;
  const cells = [
    shortName(name),
    sayServerState(state),
    `${sayFrom(from)} → ${sayFrom(to)}`,
    took === null ? '–' : sayDuration(took),
  ];
  const words = took === null ? sayServerState(state) : `${sayServerState(state)} in ${sayDuration(took)}`;
  return { cells, line: `*${shortName(name)}*: ${words}, ${quoteFrom(from)} → ${quoteFrom(to)}` };
}

/** What an attempt never came to, in words; empty where it came to all of it. */
export function sayNotBegun(plan: Plan, { servers }: Run): string {
  const names = [...servers].flatMap(([name, server]) => (isUntouched(server) ? [name] : []));
  return names.length === 0 ? '' : `Not begun: ${listRuns(names, plannedServers(plan))}.`;
}

function sayFrom(readBack: string | null): string {
  return readBack === null ? 'not known' : harmless(cutMiddle(readBack, longestReadBack));
}

function quoteFrom(readBack: string | null): string {
  return readBack === null ? 'not known' : quote(cutMiddle(readBack, longestReadBack));
}
