import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { freePort } from './ports.ts';
import { restartScript } from './server-files.ts';

/** One server of the fleet. */
export interface FleetServer {
  name: string;
  cluster: string;
  port: number;
  /** Its own directory: `current`, `releases`, `pid`, `restart.sh`, and a file for each fault it was given. */
  directory: string;
}

/** A fault that a server can be given; the file of its name in the server's directory switches it on. */
export type Fault = 'break-next' | 'slow';

const run = promisify(execFile);

/** Writes the directory of a server that is to serve a revision; starts nothing. */
export async function prepareServer(
  root: string,
  { cluster, name }: { cluster: string; name: string },
  revision: string,
): Promise<FleetServer> {
  const directory = join(root, name);
  const port = await freePort();
  mkdirSync(join(directory, 'releases', revision), { recursive: true });
  writeFileSync(join(directory, 'releases', revision, 'REVISION'), `${revision}\n`);
  symlinkSync(join('releases', revision), join(directory, 'current'));
  const program = join(root, 'server.mjs');
  const server = { node: process.execPath, program, directory, name, port, ownerPid: process.pid };
  writeFileSync(join(directory, 'restart.sh'), restartScript(server));
  return { name, cluster, port, directory };
}

/** Starts the server's process, in place of one that runs; fails with what it said. */
export async function startProcess({ directory }: FleetServer): Promise<void> {
  await run('/bin/sh', [join(directory, 'restart.sh')]);
}

/** Ends the server's process at once, as a crash would. */
export function stopProcess({ directory }: FleetServer): void {
  const file = join(directory, 'pid');
  if (!existsSync(file)) return;
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Switches a fault of a server on or off. */
export function setFault({ directory }: FleetServer, fault: Fault, isOn: boolean): void {
  if (isOn) writeFileSync(join(directory, fault), '');
  else rmSync(join(directory, fault), { force: true });
}

/** Whether a fault of a server is switched on. */
export function hasFault({ directory }: FleetServer, fault: Fault): boolean {
  return existsSync(join(directory, fault));
}
