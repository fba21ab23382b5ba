import type { World } from './world.ts';

/**
 * Waits until `condition` is true or gives a value, looked at again after each change. Rejects after `timeoutMs` with
 * what was `awaited` and the last calls the app made.
 */
export async function until<T>(
  world: World,
  condition: () => T | undefined | null | false,
  { timeoutMs, awaited }: { timeoutMs: number; awaited: string },
): Promise<T> {
  const first = condition();
  if (first) return first;
  return await new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`${awaited} did not come within ${timeoutMs} ms. ${lastCalls(world)}`));
    }, timeoutMs);
    const poll = setInterval(look, 50);
    const off = world.watch(look);
    function stop(): void {
      clearTimeout(timer);
      clearInterval(poll);
      off();
    }
    function look(): void {
      try {
        const found = condition();
        if (!found) return;
        stop();
        resolve(found);
      } catch (error) {
        stop();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
  });
}

function lastCalls({ calls }: World): string {
  if (calls.length === 0) return 'The app called nothing.';
  const words = calls.slice(-6).map(({ method, ok, error }) => `${method} ${ok ? 'ok' : (error ?? '')}`);
  return `The last calls of the app: ${words.join(', ')}.`;
}

const quietMs = 50;

/** Waits until the app has made no call for 50 ms and none is open, at most `timeoutMs`. */
export async function settled(world: World, timeoutMs: number): Promise<void> {
  const giveUpAt = Date.now() + timeoutMs;
  let seen = -1;
  while (Date.now() < giveUpAt && (seen !== world.calls.length || world.openCalls > 0)) {
    seen = world.calls.length;
    await new Promise((resolve) => setTimeout(resolve, quietMs));
  }
}
