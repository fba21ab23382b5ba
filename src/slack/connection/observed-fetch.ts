/** One call of the Web API, as it came out. */
export interface ObservedCall {
  /** `chat.update`; of everything else, such as an upload, the host it went to. */
  method: string;
  outcome: 'ok' | 'limited' | 'refused' | 'failed';
  /** How long Slack wants us to wait; 0 where it does not. */
  waitSeconds: number;
}

const methodName = /^[a-z]+(?:\.[a-zA-Z0-9]+)+$/;

/** Fetches as always, and tells of each call how it came out: taken, too much, refused by Slack, or not answered. */
export function observedFetch(observe: (call: ObservedCall) => void): typeof fetch {
  return async (input, init) => {
    const { pathname, host } = new URL(input instanceof Request ? input.url : input);
    const last = pathname.slice(pathname.lastIndexOf('/') + 1);
    const method = methodName.test(last) ? last : host;
    try {
      const response = await fetch(input, init);
      const { outcome, waitSeconds } = await outcomeOf(response);
      observe({ method, outcome, waitSeconds });
      return response;
    } catch (error) {
      observe({ method, outcome: 'failed', waitSeconds: 0 });
      throw error;
    }
  };
}

async function outcomeOf(response: Response): Promise<Omit<ObservedCall, 'method'>> {
  if (response.status === 429)
    return { outcome: 'limited', waitSeconds: Number(response.headers.get('retry-after') ?? 0) || 0 };
  if (!response.ok) return { outcome: 'failed', waitSeconds: 0 };
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  const body: unknown = isJson
    ? await response
        .clone()
        .json()
        .catch(() => null)
    : null;
  const refused = Object(body).ok === false;
  return { outcome: refused ? 'refused' : 'ok', waitSeconds: 0 };
}
