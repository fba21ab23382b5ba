import { chooseCache } from '../domain/attempt/choose-cache.ts';
import { judgeGroup, type MemberStatus } from '../domain/attempt/judge-group.ts';
import { lanesOf } from '../domain/attempt/lanes.ts';
import { type Run, serverRun } from '../domain/attempt/run.ts';
import type { ServerDrift } from '../domain/events/happening.ts';
import { liveMembers, memberOf } from '../domain/plan/plan.ts';
import type { Inspection } from '../systems/system.ts';
import { aboutCapacity, aboutDrift, askPerson } from './ask-person.ts';
import type { Book } from './book.ts';
import type { ExecutorNeeds } from './needs.ts';

/** Looks at a group and writes what was found. */
export type GroupCheck = (group: number, signal: AbortSignal) => Promise<void>;

const roomPollMs = 1_000;
/** Groups that are checked within this time share one answer of the balancer; what they take out is counted apart. */
const statusAgeMs = 1_000;

/**
 * Looks at every server of a group and at the balancer before the first member is drained (laws 4 and 5). Changes
 * nothing out there. Other groups may be under way: they are counted as they stand at the moment of writing.
 */
export function createGroupCheck(needs: ExecutorNeeds, book: Book): GroupCheck {
  let asked = {
    at: -Infinity,
    held: new Set<string>(),
    statuses: Promise.resolve(new Map<string, MemberStatus>()),
  };
  return async (group, signal) => {
    if (needs.now() - asked.at >= statusAgeMs)
      asked = { at: needs.now(), held: heldMembers(book), statuses: askStatuses(needs, book.plan, signal) };
    const { held } = asked;
    const servers = pendingServers(book, group);
    const [inspections, statuses] = await Promise.all([
      inspectAll(needs, book, servers, signal),
      asked.statuses,
    ]);
    await writeCheck(needs, book, { group, servers, inspections, statuses, held }, signal);
  };
}

interface Findings {
  group: number;
  servers: string[];
  inspections: Map<string, Inspection>;
  statuses: Map<string, MemberStatus>;
  /** Members that this attempt already held when the balancer was asked. */
  held: Set<string>;
}

async function writeCheck(
  needs: ExecutorNeeds,
  book: Book,
  { group, servers, inspections, statuses, held }: Findings,
  signal: AbortSignal,
): Promise<void> {
  const choice = chooseCache(book.plan, runOf(book), cacheInUse(servers, inspections));
  const problems = [...inspections].flatMap(([server, { problem }]) =>
    problem === null ? [] : [{ server, message: problem }],
  );
  if (choice && 'server' in choice && problems.length === 0) problems.push(choice);
  const cache = choice && 'next' in choice && problems.length === 0 ? { cache: choice } : {};
  const from = Object.fromEntries([...inspections].map(([server, { readBack }]) => [server, readBack]));
  const drift = (await findDrift(needs, book, from)).filter(
    ({ server, found }) => runOf(book).knownDrift.get(server) !== found,
  );
  for (let written = false; !written && !signal.aborted;) {
    const out = await membersOut(needs, book);
    await book.refresh();
    // A member that is held since the balancer was asked was up in its answer.
    const heldSince = [...heldMembers(book)].filter((member) => !held.has(member));
    const underWay = new Set([...membersUnderWay(book, group), ...heldSince]);
    const findings = { problems, from, statuses, out, underWay, drift };
    const checked = { ...judgeGroup(book.plan, group, servers, findings), ...cache };
    const asks = book.plan.environment.drift === 'ask' && drift.length > 0 && checked.problems.length === 0;
    if (checked.refused === null && asks)
      return await askPerson(needs, book, aboutDrift(group, drift), signal, [checked]);
    if (checked.refused === null) written = await book.decide([checked]);
    // Others will be back: then there is room again.
    else if (underWay.size > 0) return await needs.sleep(roomPollMs, signal);
    else return await askPerson(needs, book, aboutCapacity(group, checked.refused), signal, [checked]);
  }
}

function cacheInUse(
  [server = '']: string[],
  inspections: Map<string, Inspection>,
): { server: string; inUse: string | null } {
  return { server, inUse: inspections.get(server)?.cache ?? null };
}

/** Where something else runs than a deployment left there; a server that says nothing, or of which nothing is recorded, is not compared. */
async function findDrift(
  { store }: ExecutorNeeds,
  { plan }: Book,
  from: Record<string, string | null>,
): Promise<ServerDrift[]> {
  if (plan.environment.drift === null) return [];
  const records = await store.records(plan.environment.name);
  return records.flatMap(({ server, readBack: recorded }) => {
    const found = from[server] ?? null;
    return found === null || recorded === null || found === recorded ? [] : [{ server, recorded, found }];
  });
}

async function membersOut({ store }: ExecutorNeeds, { plan }: Book): Promise<Set<string>> {
  const members = await store.members(plan.environment.name);
  return new Set(members.filter(({ inService }) => inService !== 'yes').map(({ member }) => member));
}

function runOf({ deployment }: Book): Run {
  if (!deployment.run) throw new Error(`#${deployment.number} runs without an attempt`);
  return deployment.run;
}

function pendingServers(book: Book, group: number): string[] {
  const run = runOf(book);
  const members = book.plan.groups[group] ?? [];
  return [...run.servers.keys()].filter(
    (name) => members.includes(memberOf(book.plan, name)) && serverRun(run, name).state === 'pending',
  );
}

function heldMembers(book: Book): Set<string> {
  const { service } = runOf(book);
  return new Set([...service].filter(([, state]) => state === 'held').map(([member]) => member));
}

function membersUnderWay(book: Book, group: number): Set<string> {
  const others = [...lanesOf(book.index, runOf(book)).values()].filter(
    (lane) => lane.state === 'begun' && lane.group !== group,
  );
  return new Set(others.flatMap(({ members }) => members.map(({ name }) => name)));
}

async function inspectAll(
  needs: ExecutorNeeds,
  { plan }: Book,
  servers: string[],
  signal: AbortSignal,
): Promise<Map<string, Inspection>> {
  const inspected = servers.map(
    async (server) => [server, await needs.system.inspect(plan, server, signal)] as const,
  );
  return new Map(await Promise.all(inspected));
}

async function askStatuses(
  needs: ExecutorNeeds,
  plan: Book['plan'],
  signal: AbortSignal,
): Promise<Map<string, MemberStatus>> {
  if (plan.environment.paradigm === 'simple') return new Map();
  const members = liveMembers(plan.environment, plan.level);
  const statuses = await Promise.all(
    members.map(async (member) => [member, await needs.balancer.status(plan, member, signal)] as const),
  );
  return new Map(statuses);
}
