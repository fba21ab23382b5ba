import Bottleneck from 'bottleneck';

import type { Connection, Environment, Server } from '../../domain/environment.ts';
import type { CommandDriver, Look } from '../../drivers/command.ts';
import { type Finding, reportOn, sentenceOf } from './finding.ts';
import { judgeSpace } from './judge-space.ts';

const report = reportOn('servers');
const atOnce = 8;
const timeoutMs = 30_000;

/** How servers are reached. */
export interface Drivers {
  ssh: CommandDriver;
  local: CommandDriver;
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
  const driver = driverOf(connection, drivers);
  if (!driver)
    return [report.warning(name, `has a ${connection.driver} connection, which this version does not use`)];
  try {
    return judgeServer(
      name,
      connection,
      await driver.look(server, connection, AbortSignal.timeout(timeoutMs)),
    );
  } catch (error) {
    return [report.fault(name, sentenceOf(error))];
  }
}

function driverOf(connection: Connection, { ssh, local }: Drivers): CommandDriver | null {
  if (connection.driver === 'ssh') return ssh;
  return connection.driver === 'local' ? local : null;
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
