import { connect, createServer } from 'node:net';

/** Below the range that systems give to outgoing connections: a port in there may be taken while its server restarts. */
const lowest = 20_000;
const highest = 32_000;
const perProcess = 20;

/** A loopback port that nobody listens on; processes look from different places on, so that they rarely meet. */
export async function freePort(taken: ReadonlySet<number> = new Set()): Promise<number> {
  const start = (process.pid * perProcess) % (highest - lowest);
  for (let step = 0; step < highest - lowest; step += 1) {
    const port = lowest + ((start + step) % (highest - lowest));
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`no port from ${lowest} to ${highest} is free on 127.0.0.1`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Whether somebody listens on a loopback port now. */
export async function canConnect(port: number): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
