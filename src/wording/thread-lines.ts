import { type Plan, plannedServers } from '../domain/plan/plan.ts';
import { quote } from '../domain/quote.ts';
import type { Fact } from '../progress/facts.ts';
import { sayDuration } from './duration.ts';
import { countServers, listRuns, shortName } from './names.ts';
import type { SayInstant } from './say-instant.ts';
import { threadLine } from './thread-line.ts';

/** What facts that became known together say in the thread: servers that fared alike share a line. */
export function threadLines(plan: Plan, facts: Fact[], sayInstant: SayInstant): string[] {
  const lines: string[] = [];
  let alike = new Map<string, Fact[]>();
  const flush = (): void => {
    for (const together of alike.values()) lines.push(...sayTogether(plan, together, sayInstant));
    alike = new Map();
  };
  for (const fact of facts) {
    const kind = plainKind(fact);
    if (kind === null) flush();
    if (kind === null) lines.push(threadLine(plan, fact, sayInstant));
    else alike.set(kind, [...(alike.get(kind) ?? []), fact]);
  }
  flush();
  return lines;
}

/** Whether a fact may share a line with others of its kind: nothing about it needs a word of its own. */
export function isPlain(fact: Fact): boolean {
  return plainKind(fact) !== null;
}

function plainKind({ event }: Fact): string | null {
  if (event.type === 'server_ended' && event.state === 'ok' && event.message === null)
    return `ok ${event.to ?? ''}`;
  // A stop in a large fleet leaves many alone, all of them for the same reason.
  if (event.type === 'server_ended' && event.state === 'skipped') return `skipped ${event.message ?? ''}`;
  return event.type === 'service_changed' && event.inService === 'yes' ? 'back' : null;
}

function sayTogether(plan: Plan, facts: Fact[], sayInstant: SayInstant): string[] {
  const [first] = facts;
  if (!first) return [];
  if (facts.length === 1) return [threadLine(plan, first, sayInstant)];
  if (first.event.type === 'server_ended')
    return [
      first.event.state === 'skipped'
        ? sayLeftAlone(plan, facts, first.event.message)
        : sayDone(plan, facts, first.event.to),
    ];
  const members = facts.flatMap(({ event }) => (event.type === 'service_changed' ? [event.member] : []));
  return [`${listRuns(members, plan.groups.flat(), bold)} are back in service.`];
}

function sayLeftAlone(plan: Plan, facts: Fact[], message: string | null): string {
  const why = message === null ? '' : `: ${message}`;
  return `${listRuns(serversOf(facts), plannedServers(plan))} were left as they were${why}.`;
}

function serversOf(facts: Fact[]): string[] {
  return facts.flatMap(({ event }) => (event.type === 'server_ended' ? [event.server] : []));
}

function sayDone(plan: Plan, facts: Fact[], to: string | null): string {
  const durations = facts.flatMap(({ durationMs }) => (durationMs === null ? [] : [durationMs]));
  const readBack = to === null ? '' : `, reading back ${quote(to)}`;
  return `${listRuns(serversOf(facts), plannedServers(plan), bold)} are done${sayRange(durations)}${readBack}.`;
}

const bold = (name: string): string => `*${name}*`;

function sayRange(durations: number[]): string {
  if (durations.length === 0) return '';
  const [least, most] = [sayDuration(Math.min(...durations)), sayDuration(Math.max(...durations))];
  return least === most ? ` in ${least}` : ` in ${least} to ${most}`;
}

/** What whoever hears the plan read out is told before the table: how much, how, and where it begins. */
export function sayPlanShortly(plan: Plan): string {
  const servers = plannedServers(plan);
  const [canary] = servers;
  const first = canary === undefined ? '' : `, ${shortName(canary)} first as the canary`;
  return `The plan deploys to ${countServers(servers.length)}${first}; its table lists them in order.`;
}
