import { describe, expect, test } from 'vitest';

import { createPacedLane } from '../../src/domain/paced-lane.ts';

/** Lets everything run that waits for nothing but its turn. */
const settled = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

/** A lane over a clock that stands still until it is moved, and work that ends when it is told to. */
function build(atOnce: number, betweenMs: number) {
  let now = 0;
  const pauses: { until: number; end: () => void }[] = [];
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const lane = createPacedLane({
    atOnce,
    betweenMs,
    elapsed: () => now,
    pause: async (milliseconds, signal) =>
      await new Promise<void>((end) => {
        pauses.push({ until: now + milliseconds, end });
        signal.addEventListener('abort', () => end());
      }),
  });
  return {
    begun,
    ask: (...names: string[]) =>
      names.map(
        async (name) =>
          await lane.schedule(async () => {
            begun.push(name);
            await new Promise<void>((done) => ends.set(name, done));
          }),
      ),
    end: (name: string) => ends.get(name)?.(),
    pass: (milliseconds: number) => {
      now += milliseconds;
      for (const { until, end } of pauses) if (until <= now) end();
    },
    stop: () => lane.stop(),
    lane,
  };
}

describe('a paced lane', () => {
  test('begins in order, and only so many at once', async () => {
    const lane = build(2, 0);
    void lane.ask('a', 'b', 'c', 'd');
    await settled();
    expect(lane.begun).toEqual(['a', 'b']);
    lane.end('b');
    await settled();
    expect(lane.begun).toEqual(['a', 'b', 'c']);
    lane.end('a');
    lane.end('c');
    await settled();
    expect(lane.begun).toEqual(['a', 'b', 'c', 'd']);
  });

  test('lets its time pass from one beginning to the next', async () => {
    const lane = build(9, 1_000);
    void lane.ask('a', 'b', 'c');
    await settled();
    expect(lane.begun).toEqual(['a']);
    lane.pass(999);
    await settled();
    expect(lane.begun).toEqual(['a']);
    lane.pass(1);
    await settled();
    expect(lane.begun).toEqual(['a', 'b']);
  });

  test('goes on after work that failed', async () => {
    const lane = build(1, 0);
    const failed = lane.lane.schedule(async () => await Promise.reject(new Error('no')));
    void lane.ask('b');
    await expect(failed).rejects.toThrow('no');
    await settled();
    expect(lane.begun).toEqual(['b']);
  });

  test('that is stopped keeps nobody waiting', async () => {
    const lane = build(1, 60_000);
    void lane.ask('a', 'b', 'c');
    await settled();
    lane.stop();
    await settled();
    expect(lane.begun).toEqual(['a', 'b', 'c']);
  });
});
