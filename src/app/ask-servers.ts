import { looksOf, type ServerLook, serversToAsk } from '../domain/plan/inspection.ts';
import type { Plan } from '../domain/plan/plan.ts';
import type { AppNeeds, PlanningNeeds } from './needs.ts';

/** What the servers of a plan said lately; empty where there is no memory of it. */
export async function serverLooks({ store, now }: PlanningNeeds, plan: Plan): Promise<ServerLook[]> {
  return store ? looksOf(plan, await store.askedServers(plan.environment.name), now()) : [];
}

/** Has the servers of a plan looked at whose last answer is not fresh; answers who was asked. */
export async function askServers({ store, now }: AppNeeds, plan: Plan): Promise<string[]> {
  const { name } = plan.environment;
  const at = now();
  const servers = serversToAsk(plan, await store.askedServers(name), at);
  if (servers.length > 0) await store.askServers(name, servers, at);
  return servers;
}

/** How many servers of a plan were asked and have not answered yet. */
export async function awaitedServers({ store }: AppNeeds, plan: Plan): Promise<number> {
  const planned = new Set(plan.tasks.map(({ server }) => server));
  const asked = await store.askedServers(plan.environment.name);
  return asked.filter(
    ({ server, askedAt, answered }) => planned.has(server) && (answered === null || answered.at < askedAt),
  ).length;
}
