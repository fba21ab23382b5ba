import Bottleneck from 'bottleneck';

import type { Connection } from '../../domain/configured/connection.ts';
import type { Environment, Server } from '../../domain/configured/environment.ts';
import type { CommandDriver, Look } from '../../drivers/command.ts';
import type { HttpDriver } from '../../drivers/http/http-driver.ts';
import type { PostgresDriver } from '../../drivers/postgres/postgres-driver.ts';
import { type Finding, reportOn, sentenceOf } from './finding.ts';
import { judgeSpace } from './judge-space.ts';

const report = reportOn('servers');
const atOnce = 8;
const timeoutMs = 30_000;

/** How servers are reached. */
export interface Drivers {
  ssh: CommandDriver;
  local: CommandDriver;
  postgres: PostgresDriver;
  http: HttpDriver;
}

/** Reaches every enabled server of the environments, several at once, and looks around there. Changes nothing. */
export async function checkServers(environments: Environment[], drivers: Drivers): Promise<Finding[]> {
  const limiter = new Bottleneck({ maxConcurrent: atOnce });
  const servers = environments.flatMap((environment) =>
    enabledServers(environment).map((server) => ({ server, name: `${environment.name}/${server.name}` })),
  );
  const found = await Promise.all(
    servers.map(
      async ({ server, name }) =>
        await limiter.schedule(async () => await checkServer(name, server, drivers)),
    ),
  );
  return found.flat();
}

function enabledServers({ clusters }: Environment): Server[] {
  return clusters
    .filter(({ enabled }) => enabled)
    .flatMap(({ servers }) => servers)
    .filter(({ enabled }) => enabled);
}

async function checkServer(
  name: string,
  { name: server, connection }: Server,
  drivers: Drivers,
): Promise<Finding[]> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    switch (connection.driver) {
      case 'ssh':
      case 'local':
        return judgeServer(
          name,
          connection,
          await drivers[connection.driver].look(server, connection, signal),
        );
      case 'postgres':
        return [await checkLogin(name, server, connection, drivers.postgres)];
      case 'http':
        return [await checkAnswer(name, server, connection, drivers.http)];
    }
  } catch (error) {
    return [report.fault(name, sentenceOf(error))];
  }
}

async function checkLogin(
  name: string,
  server: string,
  connection: Connection,
  driver: PostgresDriver,
): Promise<Finding> {
  const session = await driver.connect(server, connection, AbortSignal.timeout(timeoutMs));
  try {
    const { state } = await session.query('SELECT 1', timeoutMs);
    return state === 'done'
      ? report.ok(name, 'logged in to, and it answers')
      : report.fault(name, 'took the login, and did not answer SELECT 1');
  } finally {
    session.close();
  }
}

/** What stands at the address itself is nobody's business: any answer but a refusal of the login shows that it is there. */
async function checkAnswer(
  name: string,
  server: string,
  connection: Extract<Connection, { driver: 'http' }>,
  driver: HttpDriver,
): Promise<Finding> {
  const session = driver.open(server, connection);
  try {
    const { status } = await session.ask({ method: 'GET', path: '/' }, AbortSignal.timeout(timeoutMs));
    return status === 401 || status === 403
      ? report.fault(name, `refuses the login (${status}); check user and password of its connection`)
      : report.ok(name, 'answers over HTTP');
  } finally {
    await session.close();
  }
}

/** What was seen of a server, as one line if all is well. */
export function judgeServer(name: string, connection: Connection, look: Look): Finding[] {
  const directory = 'workDirectory' in connection ? connection.workDirectory : '';
  const space = look.freeBytes === null ? null : judgeSpace(look.freeBytes);
  const findings = [
    ...look.missing.map((tool) =>
      report.fault(name, `has no ${tool}, which the runner needs; install util-linux and tar, or BusyBox`),
    ),
    ...(look.isWritable
      ? []
      : [report.fault(name, `its work directory ${directory} cannot be written by the login`)]),
    ...(space !== null && space.state !== 'ok'
      ? [report[space.state](name, `${space.message} (${directory})`)]
      : []),
  ];
  if (findings.length > 0) return findings;
  const reached = connection.driver === 'ssh' ? 'reached with its pinned key' : 'on this machine';
  return [
    report.ok(
      name,
      `${reached}, tools and work directory in place, ${space?.message ?? 'free space not known'}`,
    ),
  ];
}
