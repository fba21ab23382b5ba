import type { SimulatedLine } from '../../src/cli/simulation/line.ts';
import { linesOf } from '../../src/cli/simulation/lines.ts';
import { simulatePlan } from '../../src/cli/simulation/simulate-plan.ts';
import type { Plan } from '../../src/domain/plan/plan.ts';
import type { Store } from '../../src/store/store.ts';
import type { SimulatedServers } from '../../src/world/simulated-servers.ts';
import { buildPlan } from '../helpers/build.ts';
import { groupsOf, keyOf, memberLevel, targetsOf, type Targets, type Work, workOf } from './expected.ts';
import type { Scenario } from './scenario.ts';

/** A simulation with what the rules say of it. */
export interface Told {
  scenario: Scenario;
  lines: SimulatedLine[];
  /** The servers as they stand afterwards. */
  after: SimulatedServers;
  targets: Targets[];
  work: Work[];
  /** By key. */
  workOf: Map<string, Work>;
  level: 'server' | 'cluster' | null;
  groups: string[][];
}

/** Simulates scenarios, each once: all laws look at the same ones. */
export function createTeller(store: Store): (scenario: Scenario) => Promise<Told> {
  const known = new Map<string, Promise<Told>>();
  return async (scenario) => {
    const key = JSON.stringify(scenario);
    const told = known.get(key) ?? tell(store, scenario, known.size);
    known.set(key, told);
    return await told;
  };
}

const startsAt = Date.parse('2026-06-03T19:00:00Z');

async function tell(store: Store, scenario: Scenario, count: number): Promise<Told> {
  const { environment, revisions, servers, fails } = scenario;
  // An environment of its own, so that nobody else holds anything there.
  const plan = buildPlan(
    { ...environment, name: `simulated-${count}` },
    { revisions, ...(servers && { servers }) },
  );
  const { events, world } = await simulatePlan(plan, { store, startsAt, strikes: strikesOf(plan, fails) });
  const work = workOf(scenario);
  return {
    scenario,
    lines: withoutLooksAfterRestoring(linesOf(plan, events)),
    after: world.servers,
    targets: targetsOf(scenario),
    work,
    workOf: new Map(work.map((each) => [each.key, each])),
    level: memberLevel(scenario),
    groups: groupsOf(scenario),
  };
}

/** A kind of task first, so that the rare ones fail as often as the others, and then one of them. */
function strikesOf({ tasks, rollbackTasks }: Plan, fails: Scenario['fails']): number[] {
  const all = [...tasks, ...rollbackTasks].filter(({ phase }) => phase !== null);
  const kinds = [...new Set(all.map(({ type, action }) => `${type} ${action}`))];
  return fails.flatMap(({ kind, which }) => {
    const wanted = kinds[kind % kinds.length];
    const ofKind = all.filter(({ type, action }) => `${type} ${action}` === wanted);
    return ofKind[which % ofKind.length]?.id ?? [];
  });
}

/** A restored server is read back once more, which is no work: of each server the one line that is stays. */
function withoutLooksAfterRestoring(lines: SimulatedLine[]): SimulatedLine[] {
  const looked = new Set<string>();
  const restored = new Set<string>();
  return lines.filter((line) => {
    const server = line.server ?? '';
    if (line.type === 'ROLLBACK' && isDone(line)) restored.add(server);
    if (line.type !== 'VERIFY' || (restored.has(server) && isDone(line))) return line.type !== 'VERIFY';
    return looked.has(server) ? false : Boolean(looked.add(server));
  });
}

/** It was tried, however it ended. */
export function isDone({ state }: SimulatedLine): boolean {
  return state !== 'skipped';
}

/** The work that a line did; null for skipped lines and for any other line. */
export function workDone({ workOf: known }: Told, line: SimulatedLine): Work | null {
  return isDone(line) ? (known.get(keyOf(line)) ?? null) : null;
}

/** The member that a script moves; null for any other line. */
export function moved({ level }: Told, line: SimulatedLine): string | null {
  if (line.type !== 'SCRIPT_SERVER' && line.type !== 'SCRIPT_CLUSTER') return null;
  return level === 'cluster' ? line.cluster : line.server;
}

/** The member to which a server belongs. */
export function memberOf({ level }: Told, { server, cluster }: Work): string {
  return level === 'cluster' ? cluster : server;
}

/** Planned servers of a member, in order. */
export function serversOf(told: Told, member: string): string[] {
  return plannedServers(told).filter((server) => {
    const work = told.work.find((each) => each.server === server);
    return work !== undefined && memberOf(told, work) === member;
  });
}

/** Servers with work, in order. */
export function plannedServers({ work }: Told): string[] {
  return [...new Set(work.map(({ server }) => server))];
}

/** Lines of work that was done on a server, in order. */
export function linesOn(told: Told, server: string): SimulatedLine[] {
  return told.lines.filter((line) => workDone(told, line)?.server === server);
}

/** All of its work is done and right. */
export function isRight(told: Told, server: string): boolean {
  const lines = linesOn(told, server);
  const due = told.work.filter((work) => work.server === server);
  return lines.length === due.length && lines.every(({ state }) => state === 'ok');
}

/** Something of its work failed. */
export function hasFailedWork(told: Told, server: string): boolean {
  return linesOn(told, server).some(({ state }) => state === 'error');
}

/** Servers that a line makes failed: by its work, or because their member could not be moved, or the cluster not synchronised. */
export function failedBy(told: Told, line: SimulatedLine): string[] {
  if (line.state !== 'error') return [];
  const work = workDone(told, line);
  if (work) return [work.server];
  const member = moved(told, line);
  if (member !== null) return serversOf(told, member);
  if (line.type !== 'DATACATALOG_SYNC') return [];
  return told.work.filter(({ cluster }) => cluster === line.cluster).map(({ server }) => server);
}

/** Servers that failed by any line. */
export function failedServers(told: Told, lines: SimulatedLine[] = told.lines): Set<string> {
  return new Set(lines.flatMap((line) => failedBy(told, line)));
}
