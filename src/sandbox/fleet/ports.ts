import { connect, createServer } from 'node:net';

/** Systems give outgoing connections ports from 32768 (Linux) or 49152 (macOS) up; a listener there may lose its port while it restarts. */
const lowest = 20_000;
const highest = 32_767;
const attempts = 100;

/** A loopback port that nobody listened on a moment ago, and that no outgoing connection is given. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port between ${lowest} and ${highest} in ${attempts} attempts`);
}

async function canListen(port: number): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const server = createServer();
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
