import type { StoredEvent } from '../domain/events/deployment-event.ts';
import type { ServerState } from '../domain/events/states.ts';
import { type Plan, plannedServers } from '../domain/plan/plan.ts';
import type { MemberService } from '../store/facts.ts';

/** How one planned server stands, over all attempts. */
export interface ServerStanding {
  name: string;
  state: ServerState;
  inService: MemberService['inService'];
  /** What ran there before this deployment; null where nobody could read it. */
  from: string | null;
  /** What it read back after it was deployed to. */
  to: string | null;
}

/** Every planned server in order, as its latest attempt left it and as the balancer's rows say now. */
export function serverStandings(
  plan: Plan,
  events: StoredEvent[],
  members: MemberService[],
): ServerStanding[] {
  const standings = new Map(
    plannedServers(plan).map((name): [string, ServerStanding] => [
      name,
      { name, state: 'pending', inService: serviceOf(plan, name, members), from: null, to: null },
    ]),
  );
  for (const { event } of events) apply(standings, event);
  return [...standings.values()];
}

function serviceOf(plan: Plan, server: string, members: MemberService[]): MemberService['inService'] {
  const cluster = plan.tasks.find((task) => task.server === server)?.cluster;
  const member = plan.level === 'cluster' ? cluster : server;
  return members.find((candidate) => candidate.member === member)?.inService ?? 'yes';
}

function apply(standings: Map<string, ServerStanding>, event: StoredEvent['event']): void {
  const change = (name: string, make: (standing: ServerStanding) => Partial<ServerStanding>): void => {
    const standing = standings.get(name);
    if (standing) Object.assign(standing, make(standing));
  };
  if (event.type === 'attempt_started') {
    for (const server of event.servers) change(server, () => ({ state: 'pending', to: null }));
    for (const { server } of event.excluded ?? [])
      change(server, ({ state }) => (state === 'pending' ? { state: 'excluded' } : {}));
  }
  if (event.type === 'group_checked')
    for (const [server, from] of Object.entries(event.from))
      change(server, (standing) => ({ from: standing.from ?? from }));
  if (event.type === 'server_started') change(event.server, () => ({ state: 'deploying' }));
  if (event.type === 'server_ended') change(event.server, () => ({ state: event.state, to: event.to }));
}
