import { Agent, get } from 'node:http';

/** What a load of requests found. */
export interface LoadResult {
  sent: number;
  /** Connection errors, answers of 400 and above, and silence for five seconds. */
  failed: number;
  /** How many answers each revision gave. */
  byRevision: Record<string, number>;
  failures: string[];
}

/** Steady requests against one address. */
export interface Load {
  counts(): LoadResult;
  /** Sends no more, waits for what is under way, and says what was found. */
  stop(): Promise<LoadResult>;
}

const timeoutMs = 5_000;

/** Sends requests at a steady rate, each on a connection of its own. */
export function startLoad({ url, requestsPerSecond }: { url: string; requestsPerSecond: number }): Load {
  const agent = new Agent({ keepAlive: false });
  const result: LoadResult = { sent: 0, failed: 0, byRevision: {}, failures: [] };
  const open = new Set<Promise<void>>();
  const send = (): void => {
    result.sent += 1;
    const request = requestOnce(url, agent).then((outcome) => {
      open.delete(request);
      if ('failure' in outcome) {
        result.failed += 1;
        result.failures.push(outcome.failure);
      } else result.byRevision[outcome.revision] = (result.byRevision[outcome.revision] ?? 0) + 1;
    });
    open.add(request);
  };
  const timer = setInterval(send, 1_000 / requestsPerSecond);
  return {
    counts: () => structuredClone(result),
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      return result;
    },
  };
}

async function requestOnce(url: string, agent: Agent): Promise<{ revision: string } | { failure: string }> {
  return await new Promise((resolve) => {
    const request = get(url, { agent, timeout: timeoutMs }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('error', (error) => resolve({ failure: error.message }));
      response.on('end', () => {
        const { statusCode = 0 } = response;
        resolve(statusCode >= 400 ? { failure: `HTTP ${statusCode}` } : { revision: revisionOf(body) });
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer in 5 s')));
    request.on('error', (error) => resolve({ failure: error.message }));
  });
}

function revisionOf(body: string): string {
  try {
    const { revision } = JSON.parse(body) as { revision?: unknown };
    return String(revision);
  } catch {
    return 'unknown';
  }
}
