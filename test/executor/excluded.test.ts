import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import { chosenServers, remainingServers } from '../../src/domain/deployment/retry-choice.ts';
import { factsOf } from '../../src/progress/facts.ts';
import { countProgress } from '../../src/progress/numbers.ts';
import { serverStandings } from '../../src/progress/server-states.ts';
import { deploymentCard } from '../../src/slack/card/card.ts';
import { threadLine } from '../../src/wording/thread-line.ts';
import { buildEnvironment, buildPlan, buildSingleCluster, buildStep } from '../helpers/build.ts';
import { type Engine, openEngine, statesOf } from '../helpers/engine.ts';
import { ended } from '../helpers/world.ts';

let engine: Engine;

beforeEach(async () => (engine = await openEngine()));
afterEach(async () => await engine.close());

/** Ana leaves servers out, and then it runs. */
async function runWithout(environment: Environment, servers: string[]): Promise<number> {
  const number = await engine.request(environment);
  await engine.decide(number, {
    type: 'servers_excluded',
    by: 'U0ANA',
    servers,
    reason: 'its disk is full',
    cause: 'not-ready',
  });
  engine.start();
  return number;
}

const touched = () => engine.world.done.join('\n');

describe('a server that somebody excluded', () => {
  const environment = buildSingleCluster(['web-1', 'web-2', 'web-3']);

  test('is neither looked at, taken out nor deployed to, and the rest is green with it said last', async () => {
    // Looked at, it would end the attempt.
    engine.world.unreachable.add('web-2');
    const number = await runWithout(environment, ['web-2']);
    const deployment = await engine.until(number, ['ok', 'partial', 'error']);
    expect(deployment.state).toBe('ok');
    expect(statesOf(deployment)).toEqual({ 'web-1': 'ok', 'web-3': 'ok' });
    expect(touched()).toContain('web-1');
    expect(touched()).not.toContain('web-2');
    const plan = buildPlan(environment);
    const facts = factsOf(plan, await engine.store.eventsAfter(number, 0));
    expect(threadLine(plan, facts.at(-1)!, String)).toMatch(
      /done\. Excluded: web-2 by <@U0ANA> \(its disk is full\)\.$/,
    );
  });

  test('stands as excluded and is counted as none that is done', async () => {
    const number = await runWithout(environment, ['web-2']);
    const deployment = await engine.until(number, ['ok']);
    const plan = buildPlan(environment);
    expect(countProgress(deployment, plan, [])).toMatchObject({ total: 3, done: 2, excluded: ['web-2'] });
    const standings = serverStandings(plan, await engine.store.eventsAfter(number, 0), []);
    expect(standings.map(({ name, state }) => [name, state])).toEqual([
      ['web-1', 'ok'],
      ['web-2', 'excluded'],
      ['web-3', 'ok'],
    ]);
    expect(JSON.stringify(deploymentCard(deployment, plan, []))).toContain('*Excluded*: web-2 by <@U0ANA>');
  });

  test('makes no success of a failure elsewhere', async () => {
    engine.world.when('web-3 install', () => ended('error'));
    const number = await runWithout(environment, ['web-2']);
    const deployment = await engine.until(number, ['ok', 'partial', 'error']);
    expect(deployment.state).toBe('partial');
  });

  test('is none of what remains, unless it is chosen by name, and is deployed to then', async () => {
    const number = await runWithout(environment, ['web-2']);
    const deployment = await engine.until(number, ['ok']);
    const plan = buildPlan(environment);
    expect(remainingServers(plan, deployment)).toEqual([]);
    expect(chosenServers(plan, deployment, 'remaining').ok).toBe(false);
    expect(chosenServers(plan, deployment, { servers: ['web-2'] })).toEqual({ ok: true, value: ['web-2'] });
    await engine.decide(number, { type: 'retry_requested', by: 'U0ANA', servers: ['web-2'] });
    const again = await engine.until(number, ['ok', 'partial', 'error']);
    expect(again.state).toBe('ok');
    expect(countProgress(again, plan, [])).toMatchObject({ done: 3, excluded: [] });
    expect(touched()).toContain('web-2');
  });

  test('that is down counts against the capacity floor of the others', async () => {
    const floor = buildSingleCluster(['web-1', 'web-2', 'web-3'], { minInService: 2 });
    engine.world.statuses.set('web-2', 'down');
    const number = await runWithout(floor, ['web-2']);
    const { question } = await engine.until(number, ['waiting', 'ok']);
    expect(question).toMatchObject({ kind: 'capacity' });
  });

  test('that would have been the first makes the next one the first, which is restored when it fails', async () => {
    const steps = [buildStep('restore', { kind: 'rollback' })];
    const rule = {
      runbook: 'rollback',
      onFirstServerFailure: true,
      countdownSeconds: null,
      lockAfter: false,
    };
    const restorable = buildSingleCluster(['web-1', 'web-2', 'web-3'], {
      runbooks: {
        release: { steps: [buildStep('install')], needsNoBackup: true },
        rollback: { steps, needsNoBackup: true },
      },
      rollback: rule,
    });
    engine.world.when('web-2 install', () => ended('error'));
    const number = await runWithout(restorable, ['web-1']);
    const deployment = await engine.until(number, ['error', 'partial']);
    expect(statesOf(deployment)['web-2']).toBe('rolled_back');
  });

  test('with its whole cluster leaves that in the load balancer', async () => {
    const number = await runWithout(buildEnvironment(), ['web-1', 'web-2']);
    await engine.until(number, ['ok']);
    expect(touched()).not.toContain('north');
  });
});
