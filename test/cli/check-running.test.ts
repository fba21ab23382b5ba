import { tmpdir } from 'node:os';

import { describe, expect, test } from 'vitest';

import { checkRunning } from '../../src/cli/doctor/check-running.ts';
import { StoreUnavailable } from '../../src/store/unavailable.ts';
import { buildConfiguration, buildSingleCluster } from '../helpers/build.ts';

const now = 1_000_000;

const needs = {
  store: {
    checkWritable: async () => undefined,
    undeliveredByChannel: async () => [],
    askedServers: async () => [],
  },
  dataDirectory: tmpdir(),
  configuration: buildConfiguration([
    buildSingleCluster(['web-1', 'web-2']),
    buildSingleCluster(['old-1'], { name: 'old', deploymentsEnabled: false }),
  ]),
  now: () => now,
};
const look = async (more: object = {}) =>
  await checkRunning({ ...needs, store: { ...needs.store, ...more } });

describe('what the running bot says of itself', () => {
  test('is well where the database can be written and servers are ready', async () => {
    const answer = { problem: null, readBack: 'shop@2' };
    const asked = [{ server: 'web-1', askedAt: 1, answered: { at: now - 60_000, answer } }];
    const found = (await look({ askedServers: async () => asked })).filter(({ area }) => area !== 'database');
    expect(found).toEqual([
      {
        area: 'configuration',
        name: 'configuration',
        state: 'ok',
        message: '2 environments, 1 of them enabled',
      },
      { area: 'servers', name: 'shop', state: 'ok', message: '2 servers, asked last 1 min ago' },
    ]);
  });

  test('counts one environment and one server as one', async () => {
    const configuration = buildConfiguration([buildSingleCluster(['web-1'])]);
    const found = await checkRunning({ ...needs, configuration });
    expect(found.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['1 environment', '1 server, none was asked yet']),
    );
  });

  test('names a server that was not ready, a database that cannot be written, and what a channel was not told', async () => {
    const answer = { problem: 'nobody answers', readBack: null };
    const found = await look({
      checkWritable: async () => await Promise.reject(new StoreUnavailable('disk full', 'its disk is full')),
      undeliveredByChannel: async () => [{ channel: 'C0SHOP', error: 'not_in_channel', messages: 3 }],
      askedServers: async () => [{ server: 'web-1', askedAt: 1, answered: { at: now - 5_000, answer } }],
    });
    expect(
      found.filter(({ state }) => state !== 'ok').map(({ name, message }) => `${name} ${message}`),
    ).toEqual([
      'database its disk is full',
      expect.stringContaining('messages for C0SHOP 3 not told.'),
      'shop/web-1 was not ready 5.0 s ago: nobody answers',
    ]);
  });
});
