import { freezesAhead, freezesAt, isOpen, nextOpening, openUntil } from '../domain/calendar/windows.ts';
import type { Environment } from '../domain/configured/environment.ts';
import type { Freeze } from '../domain/configured/hours.ts';
import type { EnvironmentLock } from '../domain/deployment/lock.ts';
import { liveMembers } from '../domain/plan/plan.ts';
import type { Busy } from '../domain/rules/rule.ts';
import { accept, type Verdict } from '../domain/verdict.ts';
import type { DeploymentSummary } from '../store/deployments.ts';
import type { MemberService } from '../store/facts.ts';
import { busyIn } from './busy-environment.ts';
import { findEnvironment } from './find-environment.ts';
import type { AppNeeds } from './needs.ts';

/** What is known of a server. */
export interface KnownServer {
  server: string;
  /** What it said runs there; null where nobody knows. */
  running: string | null;
  /** When it said so or was deployed to, epoch milliseconds; null: never. */
  at: number | null;
}

/** An environment as it stands now. */
export interface EnvironmentStatus {
  environment: Environment;
  /** Enabled servers in the order of deployment. */
  servers: KnownServer[];
  /** Members held out of service. */
  held: MemberService[];
  running: Busy | null;
  /** What is queued or scheduled, or waits for approval or for an answer before it begins: oldest first. */
  waiting: DeploymentSummary[];
  lock: EnvironmentLock | null;
  /** Null where it has no windows. Epoch milliseconds; `opens` is null where none opens any more. */
  window: { open: true; until: number | null } | { open: false; opens: number | null } | null;
  /** Freezes in force now, and those to come. */
  freezes: { now: Freeze[]; ahead: Freeze[] };
}

const shownWaiting = 20;

/** Says how an environment stands: what runs where, what waits, whether it is open. Changes nothing, asks no server. */
export async function environmentStatus(needs: AppNeeds, name: string): Promise<Verdict<EnvironmentStatus>> {
  const found = findEnvironment(needs.configuration(), name);
  if (!found.ok) return found;
  const environment = found.value;
  const { store } = needs;
  const now = needs.now();
  const members = await store.members(name);
  const running = await busyIn(store, name);
  const waiting = await store.list({
    environment: name,
    states: ['queued', 'scheduled', 'awaiting_approval', 'waiting'],
    limit: shownWaiting,
  });
  return accept({
    environment,
    servers: await knownServers(needs, environment),
    held: members.filter(({ inService }) => inService === 'held'),
    running,
    waiting: waiting.filter(({ number }) => number !== running?.number).toReversed(),
    lock: await store.lock(name),
    window: windowOf(environment, now),
    freezes: { now: freezesAt(environment, now), ahead: freezesAhead(environment, now) },
  });
}

/** Of what a server said by itself and what a deployment read there, the newer one counts. */
async function knownServers({ store }: AppNeeds, environment: Environment): Promise<KnownServer[]> {
  const records = new Map((await store.records(environment.name)).map((record) => [record.server, record]));
  const asked = new Map((await store.askedServers(environment.name)).map((each) => [each.server, each]));
  return liveMembers(environment, 'server').map((server) => {
    const record = records.get(server);
    const answered = asked.get(server)?.answered ?? null;
    const said = answered && answered.answer.readBack !== null ? answered : null;
    if (said && said.at > (record?.at ?? 0)) return { server, running: said.answer.readBack, at: said.at };
    return { server, running: record?.readBack ?? null, at: record?.at ?? null };
  });
}

function windowOf(environment: Environment, now: number): EnvironmentStatus['window'] {
  if (environment.windows.length === 0) return null;
  if (isOpen(environment, now)) return { open: true, until: openUntil(environment, now) };
  return { open: false, opens: nextOpening(environment, now) };
}
