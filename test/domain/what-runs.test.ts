import { describe, expect, test } from 'vitest';

import { whatRuns } from '../../src/domain/plan/what-runs.ts';
import { buildCluster, buildEnvironment, buildServer } from '../helpers/build.ts';

const environment = buildEnvironment({
  clusters: [
    buildCluster('north', ['web-1', 'web-2', buildServer('web-9', { enabled: false })]),
    buildCluster('south', ['web-3', 'web-4']),
  ],
});
const left = (server: string, at: number, readBack: string | null = 'shop@2') => ({
  server,
  readBack,
  deployment: 12,
  at,
});
const said = (server: string, at: number, readBack: string | null, saidSince = at) => ({
  server,
  askedAt: at,
  answered: { at, answer: { problem: null, readBack }, saidSince },
});

describe('what runs where', () => {
  test('is grouped by what runs there, the most first, and what nobody can say last', () => {
    const records = [left('web-1', 5, null), left('web-2', 4, 'shop@1'), left('web-3', 5), left('web-4', 6)];
    expect(whatRuns(environment, { asked: [], records })).toEqual({
      groups: [
        { runs: 'shop@2', servers: ['web-3', 'web-4'] },
        { runs: 'shop@1', servers: ['web-2'] },
        { runs: null, servers: ['web-1'] },
      ],
      drifted: [],
      known: { oldest: 4, newest: 6 },
    });
  });

  test('is known of nothing where nobody was there', () => {
    const nothing = whatRuns(environment, { asked: [], records: [] });
    expect(nothing).toEqual({
      groups: [{ runs: null, servers: ['web-1', 'web-2', 'web-3', 'web-4'] }],
      drifted: [],
      known: null,
    });
  });

  test('is what was said last: an answer from before a deployment does not count, nor does silence', () => {
    const records = [left('web-1', 10), left('web-2', 10)];
    const asked = [said('web-1', 9, 'shop@1'), said('web-2', 11, null), said('web-3', 3, 'shop@1')];
    const { groups, drifted, known } = whatRuns(environment, { asked, records });
    expect(groups).toEqual([
      { runs: 'shop@2', servers: ['web-1', 'web-2'] },
      { runs: 'shop@1', servers: ['web-3'] },
      { runs: null, servers: ['web-4'] },
    ]);
    expect(drifted).toEqual([]);
    expect(known).toEqual({ oldest: 3, newest: 10 });
  });

  test('says which servers drifted from what, and since when they have been seen to', () => {
    const records = [left('web-1', 10), left('web-2', 10), left('web-3', 10, null)];
    const asked = [
      said('web-1', 30, 'shop@1', 20),
      said('web-2', 30, 'shop@1', 5),
      said('web-3', 30, 'shop@1'),
      said('web-4', 30, 'shop@1'),
    ];
    const drift = { deployment: 12, recorded: 'shop@2', found: 'shop@1' };
    expect(whatRuns(environment, { asked, records }).drifted).toEqual([
      { server: 'web-1', ...drift, since: 20 },
      { server: 'web-2', ...drift, since: 30 },
    ]);
  });
});
