import { get } from 'node:http';
import { connect } from 'node:net';

import { type FleetServer, hasFault } from './fleet-server.ts';

/** How a server is now. */
export interface FleetStatus {
  name: string;
  cluster: string;
  port: number;
  /** What the server itself says it serves; `no answer` where it says nothing. */
  revision: string;
  /** What the balancer says: `UP`, `DRAIN`, `MAINT`, `DOWN`. */
  balancer: string;
  /** Requests since the balancer began: answered, and broken off by the server. */
  answered: number;
  failed: number;
  /** Its next deployment will fail. */
  failsNext: boolean;
  isStopped: boolean;
  isSlow: boolean;
}

const noAnswer = 'no answer';
const patienceMs = 2_000;

/** Asks every server what it serves and the balancer how each stands. Throws where the balancer does not answer. */
export async function readStatus(servers: FleetServer[], socket: string): Promise<FleetStatus[]> {
  const balanced = await readBalancer(socket);
  return await Promise.all(
    servers.map(async (server) => {
      const { name, cluster, port } = server;
      const revision = await askRevision(port);
      return {
        name,
        cluster,
        port,
        revision,
        ...(balanced.get(name) ?? { balancer: 'unknown', answered: 0, failed: 0 }),
        failsNext: hasFault(server, 'break-next'),
        isStopped: revision === noAnswer,
        isSlow: hasFault(server, 'slow'),
      };
    }),
  );
}

async function askRevision(port: number): Promise<string> {
  return await new Promise((done) => {
    const address = { host: '127.0.0.1', port, path: '/health', agent: false, timeout: patienceMs };
    const asked = get(address, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      response.on('error', () => done(noAnswer));
      response.on('close', () => done(revisionIn(body)));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => done(noAnswer));
  });
}

/** An answer that was cut off says nothing. */
function revisionIn(body: string): string {
  return /"revision":"([^"]+)"/.exec(body)?.[1] ?? noAnswer;
}

type Balanced = Pick<FleetStatus, 'balancer' | 'answered' | 'failed'>;

async function readBalancer(socket: string): Promise<Map<string, Balanced>> {
  const [head = '', ...lines] = (await tell(socket, 'show stat -1 4 -1'))
    .replace(/^# /, '')
    .trim()
    .split('\n');
  const columns = head.split(',');
  return new Map(
    lines.map((line) => {
      const values = line.split(',');
      const value = (column: string): string => values[columns.indexOf(column)] ?? '';
      const [answered, failed] = [Number(value('hrsp_2xx')), Number(value('eresp'))];
      return [value('svname'), { balancer: value('status'), answered, failed }];
    }),
  );
}

async function tell(socket: string, command: string): Promise<string> {
  return await new Promise<string>((done, reject) => {
    let answer = '';
    const stream = connect(socket, () => stream.end(`${command}\n`));
    stream.on('data', (chunk) => (answer += chunk.toString('utf8')));
    stream.on('end', () => done(answer));
    stream.on('error', reject);
  });
}
