import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { usualTelling } from '../../src/domain/channel-telling.ts';
import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { factsOf } from '../../src/progress/facts.ts';
import { readStory } from '../../src/slack/outbox/story.ts';
import { tellTimelines } from '../../src/slack/picture/tell-timeline.ts';
import { requested } from '../contract/store-samples.ts';
import { buildPlan, buildSingleCluster } from '../helpers/build.ts';
import { type Engine, openEngine } from '../helpers/engine.ts';

let engine: Engine;
beforeEach(async () => {
  engine = await openEngine();
});
afterEach(async () => {
  vi.doUnmock('@resvg/resvg-js');
  vi.resetModules();
  await engine.close();
});

/** What is told at the end of an attempt on so many servers, and what the log says of it. */
async function told(servers: string[]) {
  engine.start();
  const number = await engine.request(buildSingleCluster(servers, { minInService: 0 }));
  await engine.until(number, ['ok']);
  const story = await readStory(engine.store, number);
  const lines: string[] = [];
  const log = { warn: (_: unknown, words: string) => void lines.push(words) };
  const news = factsOf(story.plan, story.events);
  return {
    files: await tellTimelines(log as never)(story, news),
    again: await tellTimelines(log as never)(story, news),
    lines,
  };
}

describe('the picture of an attempt', () => {
  test('is one file in the thread of its card, the same however often it is told', async () => {
    const { files, again, lines } = await told(['web-1', 'web-2']);
    expect(files).toMatchObject([
      { key: 'file:timeline:1:1', threadOf: 'card:1', file: { filename: '1-timeline-1.png' } },
    ]);
    expect(files[0]?.file?.altText).toContain('2 of 2 servers ok');
    expect(again.map(({ digest }) => digest)).toEqual(files.map(({ digest }) => digest));
    expect(lines).toEqual([]);
  });

  test('is one for each attempt that ended, as it was at its end, and none for whatever else happened', async () => {
    const plan = buildPlan(buildSingleCluster(['web-1', 'web-2']));
    const servers = ['web-1', 'web-2'];
    const log: DeploymentEvent[] = [
      requested(),
      { type: 'queued', behind: null },
      { type: 'attempt_started', attempt: 1, servers, fence: 1 },
      { type: 'server_ended', server: 'web-1', state: 'error', message: null, to: null },
      { type: 'attempt_ended', attempt: 1, state: 'error', endedBy: 'completion' },
      { type: 'retry_requested', by: 'U0ANA', servers },
      { type: 'attempt_started', attempt: 2, servers, fence: 2 },
      { type: 'attempt_ended', attempt: 2, state: 'error', endedBy: 'completion' },
      { type: 'kept_out', by: 'U0ANA', member: 'web-1' },
    ];
    const events = log.map((event, index) => ({
      deployment: 1,
      version: index + 1,
      at: 1_000 * index,
      event,
    }));
    const deployment = foldDeployment(events);
    if (!deployment) throw new Error('no deployment');
    const base = { deployment: 1, channel: 'C0SHOP' };
    const story = {
      plan,
      events,
      deployment,
      base,
      members: [],
      readBackOf: () => null,
      tells: usualTelling,
    };
    const files = await tellTimelines({ warn: () => undefined } as never)(story, factsOf(plan, events));
    expect(files.map(({ key }) => key)).toEqual(['file:timeline:1:1', 'file:timeline:1:2']);
    expect(files[0]?.file?.altText).toContain('web-1: failed');
    expect(files[1]?.file?.altText).toContain('web-1: waiting');
  });

  test('of a single server would say nothing, and is not made', async () => {
    expect((await told(['web-1'])).files).toEqual([]);
  });

  test('that cannot be drawn on this machine is missing alone, and the log says so', async () => {
    vi.doMock('@resvg/resvg-js', () => {
      throw new Error('no renderer for this machine');
    });
    const { files, lines } = await told(['web-1', 'web-2']);
    expect(files).toEqual([]);
    expect(lines).toContain('the picture of an attempt could not be drawn');
  });
});
