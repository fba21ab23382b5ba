import { findServer, type Plan } from '../../domain/plan/plan.ts';
import { harmless } from '../../domain/quote.ts';
import type { HttpAnswer, HttpSession } from '../../drivers/http/http.ts';
import { idOf, listOf, textOf, wordsOf } from '../answers.ts';
import type { RestNeeds } from '../conversation.ts';
import type { Inspection } from '../system.ts';
import { hasEnded } from './follow-deployment.ts';

/** Whether the Solution Manager is up, knows the environment, and deploys nothing to it now. Changes nothing. */
export async function inspectManager(
  needs: RestNeeds,
  { plan, server }: { plan: Plan; server: string },
  signal: AbortSignal,
): Promise<Inspection> {
  const { manager } = plan.environment;
  const connection = findServer(plan.environment, server)?.server.connection;
  if (connection?.driver !== 'http' || manager === null)
    return { problem: `${server} has no connection to a Solution Manager`, readBack: null };
  let session: HttpSession | null = null;
  try {
    session = needs.http.open(server, connection);
    const problem = await findProblem(session, manager.environmentId, signal);
    const said = problem === null ? null : `${server}: ${harmless(session.redact(problem))}`;
    return { problem: said, readBack: null };
  } catch (error) {
    return { problem: harmless(error instanceof Error ? error.message : String(error)), readBack: null };
  } finally {
    await session?.close();
  }
}

async function findProblem(
  session: HttpSession,
  environmentId: number,
  signal: AbortSignal,
): Promise<string | null> {
  const get = async (path: string, query: Record<string, string> = {}): Promise<HttpAnswer> =>
    await session.ask({ method: 'GET', path, query }, signal);
  const ping = await get('/pingSolutionManager');
  if (ping.status !== 200) return `it is not well: ${wordsOf(ping.body)} (${ping.status})`;
  const environments = await get('/environments');
  if (environments.status === 401 || environments.status === 403)
    return `the account or its password is refused (${environments.status})`;
  if (environments.status !== 200) return `it does not list its environments (${environments.status})`;
  const known = listOf(environments.body, 'environments');
  if (!known.some((fields) => idOf(fields['id']) === environmentId))
    return `it has no environment ${environmentId} that this account may see; it has ${known.map((fields) => `${textOf(fields['id'])} (${textOf(fields['name'])})`).join(', ') || 'none'}`;
  const running = await get('/deployments', {
    environmentId: String(environmentId),
    status: 'IN_PROGRESS',
    start: '0',
    count: '100',
  });
  const other = listOf(running.body, 'deployments').find((fields) => !hasEnded(textOf(fields['state'])));
  if (running.status !== 200) return `it does not list its deployments (${running.status})`;
  return other === undefined
    ? null
    : `its deployment ${textOf(other['id'])} of ${textOf(other['user'])} is still in progress there; wait for its end`;
}
