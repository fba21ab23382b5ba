import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What health is asked of. Each answers null when all is well, else one sentence. */
export interface HealthChecks {
  /** `/healthz`: does the loop run? */
  alive: () => string | null;
  /** `/readyz`: can a request be taken and told? */
  ready: () => Promise<string | null>;
  /** `/metrics`: the numbers as Prometheus reads them. */
  metrics: { contentType: string; text: () => Promise<string> };
}

/** The little server that only says how things are. */
export interface HealthServer {
  url: string;
  close(): Promise<void>;
}

/** Listens for `/healthz` and `/readyz`: 200 or 503 with one sentence; and for `/metrics`. Port 0 takes a free one. */
export async function startHealthServer(
  host: string,
  port: number,
  checks: HealthChecks,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(request.url ?? '', checks).then(({ status, text, type = 'text/plain; charset=utf-8' }) => {
      response.writeHead(status, { 'content-type': type }).end(`${text}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new Error(`HTTP_PORT ${port} on ${host} cannot be listened on: ${error.message}`, { cause: error }),
      );
    });
    server.listen(port, host, resolve);
  });
  const { address, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${taken}`,
    close: async () => await close(server),
  };
}

interface Answer {
  status: number;
  text: string;
  type?: string;
}

async function answer(url: string, checks: HealthChecks): Promise<Answer> {
  const path = url.split('?')[0];
  if (path === '/metrics') return await answerMetrics(checks.metrics);
  if (path === '/healthz') return asAnswer(checks.alive());
  if (path === '/readyz') return asAnswer(await checks.ready().catch(sentenceOf));
  return { status: 404, text: 'There are /healthz, /readyz and /metrics.' };
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A database that cannot be read is no reason to hide for good: the next look may find it well. */
async function answerMetrics({ contentType, text }: HealthChecks['metrics']): Promise<Answer> {
  try {
    return { status: 200, text: (await text()).trimEnd(), type: contentType };
  } catch (error) {
    return { status: 503, text: sentenceOf(error) };
  }
}

function asAnswer(problem: string | null): Answer {
  return problem === null ? { status: 200, text: 'ok' } : { status: 503, text: problem };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
