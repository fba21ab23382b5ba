import { describe, expect, test } from 'vitest';

import { judgeServer } from '../../src/cli/doctor/check-servers.ts';
import { judgeClock } from '../../src/cli/doctor/judge-slack.ts';
import { judgeSpace } from '../../src/cli/doctor/judge-space.ts';

const mebibyte = 1_048_576;

describe('the doctor', () => {
  test.each([
    [99, 'fault'],
    [100, 'warning'],
    [1_023, 'warning'],
    [1_024, 'ok'],
  ])('calls %i MiB of free space %s', (free, state) => {
    expect(judgeSpace(free * mebibyte).state).toBe(state);
  });

  test.each([
    [30_000, 'ok'],
    [30_001, 'fault'],
    [-30_000, 'ok'],
    [-30_001, 'fault'],
  ])('calls a clock that is %i ms off %s', (off, state) => {
    expect(judgeClock(1_000_000 + off, 1_000_000).state).toBe(state);
  });

  test('names each tool that a server lacks, a work directory that cannot be written, and a full disk', () => {
    const connection = { driver: 'local', workDirectory: '/work' } as const;
    const look = { missing: ['flock', 'tar'], isWritable: false, freeBytes: 5 * mebibyte };
    expect(
      judgeServer('shop/a', connection, look).map(({ state, message }) => `${state} ${message}`),
    ).toEqual([
      expect.stringMatching(/^fault has no flock/),
      expect.stringMatching(/^fault has no tar/),
      expect.stringMatching(/^fault its work directory \/work cannot be written/),
      expect.stringMatching(/^fault only 5 MiB free/),
    ]);
  });
});
