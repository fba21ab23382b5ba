import type { Run } from '../domain/attempt/run.ts';
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
import { cutMiddle, shortName } from './names.ts';
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
  const to = cutMiddle(planTitle(plan), longestReadBack);
  const total = liveMembers(plan.environment, plan.level).length;
  const isBalanced = plan.environment.paradigm !== 'simple';
  const rows = plannedServers(plan).map((server, index) => {
    const from = readBackOf(server);
    const group = plan.groups.findIndex((members) => members.includes(memberOf(plan, server)));
    const cluster = findServer(plan.environment, server)?.cluster.name ?? '';
    const place = `${group + 1}${cluster === '' ? '' : ` (${shortName(cluster)})`}`;
    const left = `${total - (plan.groups[group]?.length ?? 0)} of ${total}`;
    const name = `${shortName(server)}${index === 0 ? ' (canary)' : ''}`;
    const cells = [String(index + 1), name, `${sayFrom(from)} → ${to}`, place, ...(isBalanced ? [left] : [])];
    const meanwhile = isBalanced ? `, ${left} ${plan.level}s stay in service` : '';
    const line = `${index + 1}. *${shortName(server)}*${index === 0 ? ' (canary)' : ''}: ${quoteFrom(from)} → ${to}, group ${place}${meanwhile}`;
    return { cells, line };
  });
  const head = ['#', 'Server', 'From → to', 'Group', ...(isBalanced ? ['Stay in service'] : [])];
  return { head, rows };
}

/** How an attempt left its servers: state, from what to what, and how long each took. */
export function attemptTable(plan: Plan, { servers }: Run): ServerTable {
  const rows = plannedServers(plan).flatMap((name) => {
    const run = servers.get(name);
    if (!run) return [];
    const { state, from, to, startedAt, endedAt } = run;
    const took = startedAt === null || endedAt === null || endedAt < startedAt ? null : endedAt - startedAt;
    const cells = [
      shortName(name),
      sayServerState(state),
      `${sayFrom(from)} → ${to === null ? 'not read' : sayFrom(to)}`,
      took === null ? '–' : sayDuration(took),
    ];
    const said = to === null ? '' : `, reads back ${quote(cutMiddle(to, longestReadBack))}`;
    const line = `*${shortName(name)}*: ${sayServerState(state)}${took === null ? '' : ` in ${sayDuration(took)}`}${said}`;
    return [{ cells, line }];
  });
  return { head: ['Server', 'State', 'From → to', 'Took'], rows };
}

function sayFrom(readBack: string | null): string {
  return readBack === null ? 'not known' : harmless(cutMiddle(readBack, longestReadBack));
}

function quoteFrom(readBack: string | null): string {
  return readBack === null ? 'not known' : quote(cutMiddle(readBack, longestReadBack));
}
