import { sayTime } from '../calendar/calendar.ts';
import { refuseStart } from '../calendar/windows.ts';
import type { Connection } from '../configured/connection.ts';
import { findServer, type Plan, plannedServers } from '../plan/plan.ts';
import { type Revision, revisionName } from '../revision.ts';
import type { Refusal, Warning } from '../verdict.ts';

/** A deployment on a list, as the others on it see it. */
export interface BatchEntry {
  number: number;
  plan: Plan;
  /** How long it takes, judged by an earlier one there, in milliseconds; null: nobody knows. */
  forecastMs: number | null;
}

/** What is known of the list besides its entries. */
export interface BatchFacts {
  /** Its hour, epoch milliseconds. */
  startsAt: number;
  /** Whether a version is older than another one. */
  isOlder: (version: string, other: string) => boolean;
}

/** What a place on a list means: what is good to know, what has to be accepted, and what cannot be. */
export interface BatchFindings {
  news: Warning[];
  warnings: Warning[];
  refusals: Refusal[];
}

/** What stands between a plan and those that are before it on its list. */
export function findConflicts(plan: Plan, before: BatchEntry[], facts: BatchFacts): BatchFindings {
  const name = plan.environment.name;
  const there = before.filter((entry) => entry.plan.environment.name === name);
  const elsewhere = before.filter((entry) => entry.plan.environment.name !== name);
  const pairs = there.flatMap((entry) => pairsOf(plan, entry));
  return {
    news: queues(plan, there),
    warnings: [
      ...pairs.flatMap((pair) => warnTwice(pair, facts)),
      ...elsewhere.flatMap((entry) => [...warnSameServer(plan, entry), ...warnSameBalancer(plan, entry)]),
      ...warnTooLate(plan, there, facts),
    ],
    refusals: pairs.flatMap((pair) => refuseUndoing(pair) ?? refuseOlder(pair, facts)),
  };
}

function queues({ environment }: Plan, there: BatchEntry[]): Warning[] {
  if (there.length === 0) return [];
  const message = `It begins in \`${environment.name}\` only when ${numbered(there)} ${there.length === 1 ? 'has' : 'have'} ended.`;
  return [{ rule: 'batch-environment', message }];
}

/** Two revisions of one name for the same servers. */
interface Pair {
  number: number;
  servers: string[];
  earlier: Revision;
  later: Revision;
}

function pairsOf(plan: Plan, { number, plan: other }: BatchEntry): Pair[] {
  const servers = plannedServers(plan).filter((name) => plannedServers(other).includes(name));
  if (servers.length === 0) return [];
  return plan.revisions.flatMap((later) =>
    other.revisions
      .filter(({ name }) => name === later.name)
      .map((earlier) => ({ number, servers, earlier, later })),
  );
}

function refuseUndoing({ number, earlier, later }: Pair): Refusal[] | null {
  if (earlier.operation === later.operation) return null;
  const does = later.operation === 'drop' ? 'drops what' : 'creates again what';
  const did = earlier.operation === 'drop' ? 'drops' : 'creates';
  return [
    {
      rule: 'batch-undoes',
      message: `\`${revisionName(later)}\` ${does} \`${revisionName(earlier)}\` of #${number} ${did} there just before it.`,
      liftedBy: `whoever may cancel #${number}`,
      wayOut: 'Leave one of both out.',
    },
  ];
}

function refuseOlder({ number, earlier, later }: Pair, { isOlder }: BatchFacts): Refusal[] {
  if (!isOlder(later.version, earlier.version)) return [];
  return [
    {
      rule: 'batch-revision',
      message: `\`${revisionName(later)}\` is older than \`${revisionName(earlier)}\`, which #${number} deploys there just before it.`,
      liftedBy: `whoever may cancel #${number}`,
      wayOut: 'Let the newer one be the last, or leave the older one out.',
    },
  ];
}

const namedAtMost = 4;

function warnTwice({ number, servers, earlier, later }: Pair, { isOlder }: BatchFacts): Warning[] {
  if (later.operation !== earlier.operation || isOlder(later.version, earlier.version)) return [];
  const where = servers.length > namedAtMost ? `${servers.length} servers` : servers.join(', ');
  const message =
    earlier.version === later.version
      ? `#${number} deploys \`${revisionName(later)}\` to ${where} already, just before it.`
      : `#${number} deploys \`${revisionName(earlier)}\` to ${where} just before it: that will not stay.`;
  return [{ rule: 'batch-revision', message }];
}

/** Environments run side by side, so that both would work on it at once. */
function warnSameServer(plan: Plan, { number, plan: other }: BatchEntry): Warning[] {
  const taken = new Set(addressesOf(other).map(({ address }) => address));
  const shared = addressesOf(plan).filter(({ address }) => taken.has(address));
  if (shared.length === 0) return [];
  const names = shared.map(({ name }) => name).join(', ');
  const message = `${names} may be deployed to by #${number} (\`${other.environment.name}\`) at the same time: it is the same address.`;
  return [{ rule: 'batch-server', message }];
}

function addressesOf(plan: Plan): { name: string; address: string }[] {
  return plannedServers(plan).flatMap((name) => {
    const server = findServer(plan.environment, name)?.server;
    const address = server && addressOf(server.connection);
    return address ? [{ name, address }] : [];
  });
}

/** Where a server is reached; two on the bot's own machine are told apart by nothing that means anything. */
function addressOf(connection: Connection): string | null {
  switch (connection.driver) {
    case 'local':
      return null;
    case 'http':
      return connection.baseUrl;
    case 'ssh':
    case 'postgres':
      return `${connection.host}:${connection.port}`;
  }
}

function warnSameBalancer(plan: Plan, { number, plan: other }: BatchEntry): Warning[] {
  const taken = scriptsOf(other);
  const shared = scriptsOf(plan).find((script) => taken.includes(script));
  if (shared === undefined) return [];
  const message = `#${number} (\`${other.environment.name}\`) may call the load balancer's ${shared} at the same time.`;
  return [{ rule: 'batch-balancer', message }];
}

function scriptsOf({ environment: { scripts, paradigm } }: Plan): string[] {
  if (paradigm === 'simple') return [];
  return [...new Set(Object.values(scripts).flatMap((script) => script?.run ?? []))];
}

/** Those before it may take longer than the calendar lets it wait. */
function warnTooLate({ environment }: Plan, there: BatchEntry[], { startsAt }: BatchFacts): Warning[] {
  const waits = there.reduce((total, { forecastMs }) => total + (forecastMs ?? 0), 0);
  const [refusal] = waits === 0 ? [] : refuseStart(environment, startsAt + waits);
  // One that may not start at the hour of the list is refused for that already.
  if (!refusal || refuseStart(environment, startsAt).length > 0) return [];
  const when = sayTime(startsAt + waits, environment.timezone);
  const message = `${numbered(there)} will take until about ${when}, and it would be too late then: ${refusal.message}`;
  return [{ rule: 'batch-time', message }];
}

function numbered(entries: BatchEntry[]): string {
  const numbers = entries.map(({ number }) => `#${number}`);
  const last = numbers.at(-1) ?? '';
  return numbers.length < 2 ? last : `${numbers.slice(0, -1).join(', ')} and ${last}`;
}
