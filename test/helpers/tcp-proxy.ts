import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy between two programs that can swallow what passes, as a network that lost its memory does. */
export interface TcpProxy {
  /** `127.0.0.1:PORT`. */
  host: string;
  /** Nothing passes any more on connections that are open now, in either direction; nobody is told. */
  swallow(): void;
  /** The same for connections that come from now on, until the answer is called: they are taken and never answered. */
  swallowNew(): () => void;
  close(): Promise<void>;
}

/** Starts one before a port of this machine. */
export async function startTcpProxy(port: number): Promise<TcpProxy> {
  const pairs = new Set<{ near: Socket; far: Socket }>();
  let swallowing = false;
  const cut = ({ near, far }: { near: Socket; far: Socket }): void => {
    near.unpipe(far);
    far.unpipe(near);
    // What comes is taken off the wire, so that the sender believes that it arrived.
    near.resume();
    far.resume();
  };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    if (swallowing) return cut(pair);
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    swallow: () => pairs.forEach(cut),
    swallowNew: () => {
      swallowing = true;
      return () => {
        swallowing = false;
      };
    },
    close: async () => {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
