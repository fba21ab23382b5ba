import { judgeGroup, type MemberStatus, sayDrift } from '../attempt/judge-group.ts';
import type { ServerProblem } from '../events/server-problem.ts';
import type { AskedServer, ServerAnswer } from '../plan/inspection.ts';
import { memberOf, type Plan } from '../plan/plan.ts';
import { type Deployment, hasEnded } from './deployment.ts';
import { checksTakeMs, openingChecks } from './opening-checks.ts';
import type { Rehearsal } from './preparation.ts';

const minuteMs = 60_000;
const secondMs = 1_000;

/** When it is looked whether all have answered, after they were asked: often at first. */
const looksAfterSeconds = [2, 5, 10, 20, 40, 80, 160, 320];
/** How often afterwards, while the checks of runbooks may go on. */
const looksEverySeconds = 160;

/** A rehearsal that is to be held now. */
export interface RehearsalDue {
  dueAt: number;
  now: number;
}

/**
 * Whether a due row means a rehearsal. Not where one was held for it, where the start has come, and where a nearer one
 * is due as well: whoever slept over several holds one.
 */
export function isRehearsalDue(deployment: Deployment, plan: Plan, { dueAt, now }: RehearsalDue): boolean {
  const { startsAt, attempt, state, preparation } = deployment;
  if (startsAt === null || startsAt <= now || attempt > 0 || hasEnded(state)) return false;
  const minutes = plan.environment.rehearsal?.minutesBefore ?? [];
  const due = minutes.map((before) => startsAt - before * minuteMs).filter((at) => at <= now);
  return dueAt > (preparation.rehearsedFor ?? 0) && dueAt === Math.max(...due);
}

/** When answers of these servers are looked for, all before the start; never none. */
export function timesToConclude(
  { startsAt }: Deployment,
  { plan, servers, now }: { plan: Plan; servers: string[]; now: number },
): number[] {
  const more = Math.ceil(checksTakeMs(plan, servers) / (looksEverySeconds * secondMs));
  const last = looksAfterSeconds.at(-1) ?? 0;
  const later = Array.from({ length: more }, (_, look) => last + (look + 1) * looksEverySeconds);
  const times = [...looksAfterSeconds, ...later].map((seconds) => now + seconds * secondMs);
  const before = times.filter((at) => startsAt === null || at < startsAt);
  return before.length > 0 ? before : times.slice(0, 1);
}

/** A server with its answer. */
interface Answered {
  server: string;
  answered: NonNullable<AskedServer['answered']>;
}

/** What servers, their records and the load balancer say. */
export interface RehearsalFacts {
  asked: AskedServer[];
  /** What each server was left with, where a deployment was there. */
  records: { server: string; readBack: string | null }[];
  /** Members that our own rows hold out of service. */
  out: Set<string>;
}

/** What a rehearsal found: only what is really known. */
export interface RehearsalFindings {
  ready: number;
  problems: ServerProblem[];
  unanswered: string[];
  /** The capacity floor's sentences, for groups that could not be taken out as things are. */
  floor: string[];
}

/** Judges what was answered since a rehearsal was asked for. */
export function judgeRehearsal(plan: Plan, rehearsal: Rehearsal, facts: RehearsalFacts): RehearsalFindings {
  const asked = answeredSince(rehearsal, facts.asked);
  const answers = new Map(asked.map(({ server, answered: { answer } }) => [server, answer]));
  const unanswered = rehearsal.servers.filter((server) => {
    const answer = answers.get(server);
    // Where no step could run, nobody waits for one.
    return !answer || (answer.problem === null && !isChecked(plan, rehearsal, server));
  });
  const problems = [...answers].flatMap(([server, answer]): ServerProblem[] => {
    if (unanswered.includes(server)) return [];
    const message = answer.problem ?? rehearsal.checked.get(server) ?? driftOf(plan, server, answer, facts);
    return message === null ? [] : [{ server, message }];
  });
  const ready = rehearsal.servers.length - unanswered.length - problems.length;
  return { ready, problems, unanswered, floor: floorAgainst(plan, rehearsal.servers, { ...facts, asked }) };
}

/** Whether what the runbook looks at first was looked at there, or it looks at nothing. */
function isChecked(plan: Plan, { checked }: Rehearsal, server: string): boolean {
  return checked.has(server) || openingChecks(plan, server).length === 0;
}

/** What the rehearsed servers said since they were asked for it, in the order of the plan; older answers say nothing. */
export function answeredSince({ servers, askedAt }: Rehearsal, asked: AskedServer[]): Answered[] {
  const known = new Map(asked.map(({ server, answered }) => [server, answered]));
  return servers.flatMap((server): Answered[] => {
    const answered = known.get(server);
    return answered && answered.at >= askedAt ? [{ server, answered }] : [];
  });
}

function driftOf(
  { environment }: Plan,
  server: string,
  { readBack: found }: ServerAnswer,
  { records }: RehearsalFacts,
): string | null {
  const recorded = records.find((record) => record.server === server)?.readBack ?? null;
  const isCompared = environment.drift !== null && recorded !== null && found !== null;
  return isCompared && recorded !== found ? sayDrift({ server, recorded, found }) : null;
}

/**
 * Law 5 ahead of time: each group that could not be taken out as the load balancer stands, with these servers in it.
 * What is excluded stays where it is, and counts as what the balancer says of it.
 */
export function floorAgainst(
  plan: Plan,
  servers: string[],
  { asked, out }: { asked: Answered[]; out: Set<string> },
): string[] {
  const statuses = new Map(
    asked.flatMap(({ server, answered }): [string, MemberStatus][] => {
      const status = answered.answer.balancer;
      return status === undefined ? [] : [[memberOf(plan, server), status]];
    }),
  );
  const nothing = { problems: [], from: {}, drift: [], underWay: new Set<string>() };
  const refused = plan.groups.flatMap((members, group) => {
    const own = servers.filter((server) => members.includes(memberOf(plan, server)));
    return judgeGroup(plan, group, own, { ...nothing, statuses, out }).refused ?? [];
  });
  return [...new Set(refused)];
}
