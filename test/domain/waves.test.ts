import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Action } from '../../src/domain/attempt/action.ts';
import { applyToRun } from '../../src/domain/attempt/apply-to-run.ts';
import { judgeGroup } from '../../src/domain/attempt/judge-group.ts';
import { lanesOf } from '../../src/domain/attempt/lanes.ts';
import { beginsServer, nextActions, openTasks } from '../../src/domain/attempt/next-action.ts';
import type { Run } from '../../src/domain/attempt/run.ts';
import { startRun } from '../../src/domain/attempt/start-run.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { type IndexedPlan, indexPlan } from '../../src/domain/plan/plan-index.ts';
import { type PlannedTask, plannedServers } from '../../src/domain/plan/plan.ts';
import { buildCluster, buildEnvironment, buildPlan } from '../helpers/build.ts';

/** Clusters by their number of servers, deployed in waves. */
function inWaves(sizes: number[], more: Partial<Environment> = {}): Environment {
  return buildEnvironment({
    clusterStrategy: null,
    parallel: { perCluster: 2, clustersInFlight: 1, pauseBetweenClusters: false },
    minInService: 0,
    clusters: sizes.map((size, cluster) =>
      buildCluster(
        `c${cluster}`,
        Array.from({ length: size }, (_, server) => `c${cluster}-s${server}`),
      ),
    ),
    ...more,
  });
}

/** An attempt that is played event by event; the test says what comes next and how it ends. */
class Game {
  readonly index: IndexedPlan;
  readonly run: Run;
  readonly log: DeploymentEvent[] = [];
  /** Groups in the order in which they were turned to. */
  readonly turnedTo: number[] = [];
  private atWork = new Set<number>();

  constructor(environment: Environment) {
    const plan = buildPlan(environment);
    this.index = indexPlan(plan);
    this.run = startRun(
      { type: 'attempt_started', attempt: 1, fence: 1, servers: plannedServers(plan) },
      null,
    );
  }

  write(event: DeploymentEvent): void {
    this.log.push(event);
    applyToRun(this.run, event, this.log.length);
  }

  /** What could be begun now; facts that follow are written first. */
  choices(): Action[] {
    for (;;) {
      const actions = nextActions(this.index, this.run);
      const [first] = actions;
      if (first?.do !== 'record') return actions.filter((a) => !('group' in a) || !this.atWork.has(a.group));
      for (const event of first.events) this.write(event);
    }
  }

  begin(action: Action): void {
    if ('group' in action) this.atWork.add(action.group);
    if (action.do === 'check-group') this.turnedTo.push(action.group);
    if (action.do === 'pause')
      this.ask({ kind: 'next-wave', task: null, group: action.next.groups[0] ?? null });
    if (action.do !== 'perform') return;
    const server = beginsServer(this.run, action.task);
    if (server) this.write({ type: 'server_started', server });
    this.write({ type: 'task_intended', task: action.task.id, run: action.run, fence: 1 });
  }

  /** One of the groups at work is done with what it does. */
  finish(group: number, end: 'ok' | 'error'): void {
    this.atWork.delete(group);
    const task = openTasks(this.index, this.run).find((open) => open.group === group);
    if (task) this.end(task, end);
    else this.check(group);
  }

  end(task: PlannedTask, state: 'ok' | 'error'): void {
    const { run } = this.run.tasks.get(task.id) ?? { run: 1 };
    const rest = { exitCode: 0, message: state, lastLines: [], readBack: null, durationMs: 1 };
    this.write({ type: 'task_ended', task: task.id, run, state, ...rest });
  }

  private check(group: number): void {
    const { plan } = this.index;
    const underWay = [...lanesOf(this.index, this.run).values()].filter(
      (lane) => lane.state === 'begun' && lane.group !== group,
    );
    const held = [...this.run.service].filter(([, state]) => state === 'held').map(([member]) => member);
    const checked = judgeGroup(plan, group, plan.groups[group] ?? [], {
      problems: [],
      from: {},
      statuses: new Map(),
      out: new Set(held),
      drift: [],
      underWay: new Set(underWay.flatMap(({ members }) => members.map(({ name }) => name))),
    });
    if (checked.refused !== null && underWay.length > 0) return;
    this.write(checked);
    if (checked.refused !== null) this.ask({ kind: 'capacity', task: null, group });
  }

  ask(about: { kind: 'capacity' | 'next-wave' | 'unknown-task'; task: number | null; group: number | null }) {
    const rest = { text: '', choices: ['stop' as const], defaultChoice: 'stop' as const, deadlineAt: 0 };
    this.write({ type: 'question_asked', question: { id: `q${this.log.length}`, ...about, ...rest } });
  }

  answer(choice: 'retry' | 'resume' | 'stop'): void {
    const question = this.run.question?.id ?? '';
    this.write({ type: 'question_answered', question, choice, by: 'U0ANA' });
  }

  /** The process is gone, and another one goes on from the log. */
  crash(): void {
    this.atWork.clear();
  }

  working(): number[] {
    return [...this.atWork];
  }

  begun(): string[] {
    return this.log.flatMap((event) => (event.type === 'server_started' ? [event.server] : []));
  }

  /** Begins all that may begin, lets everything at work end well, and so on, until nothing moves. */
  playOn(end: (task: PlannedTask) => 'ok' | 'error' = () => 'ok'): void {
    for (;;) {
      const next = this.choices().find((action) => action.do !== 'wait');
      if (next) this.begin(next);
      else if (this.working().length === 0) return;
      for (const group of next ? [] : this.working()) {
        const task = openTasks(this.index, this.run).find((open) => open.group === group);
        this.finish(group, task ? end(task) : 'ok');
      }
    }
  }
}

const failing =
  (...servers: string[]) =>
  (task: PlannedTask): 'ok' | 'error' =>
    task.type === 'STEP' && servers.includes(task.server ?? '') ? 'error' : 'ok';

describe('I-20: a wave', () => {
  test('begins its servers in order, at most perCluster at once, and the next when one ends', () => {
    const game = new Game(inWaves([4]));
    for (const action of game.choices()) game.begin(action);
    expect(game.working()).toEqual([0, 1]);
    expect(game.choices()).toEqual([]);
    game.finish(1, 'ok');
    game.playOn();
    expect(game.turnedTo).toEqual([0, 1, 2, 3]);
    expect(game.begun()).toHaveLength(4);
    expect(game.run.ended).toEqual({ state: 'ok', endedBy: 'completion' });
  });

  test('is over before the next cluster begins, unless more clusters may be in flight', () => {
    const one = new Game(inWaves([1, 1, 1]));
    expect(one.choices()).toEqual([{ do: 'check-group', group: 0 }]);
    const two = new Game(
      inWaves([1, 1, 1], { parallel: { perCluster: 2, clustersInFlight: 2, pauseBetweenClusters: false } }),
    );
    expect(two.choices()).toEqual([
      { do: 'check-group', group: 0 },
      { do: 'check-group', group: 1 },
    ]);
  });

  test('that uses up the failure budget over the whole run starts nothing more, finishes what is under way, and ends partial', () => {
    const game = new Game(inWaves([3, 3], { maxFailures: { count: 2 } }));
    game.playOn(failing('c0-s0', 'c1-s0'));
    expect(game.begun()).toEqual(['c0-s0', 'c0-s1', 'c0-s2', 'c1-s0', 'c1-s1']);
    expect(game.run.servers.get('c1-s1')?.state).toBe('ok');
    expect(game.run.servers.get('c1-s2')).toMatchObject({
      state: 'skipped',
      message: 'not begun because of maxFailures: 2',
    });
    expect(game.run.ended).toEqual({ state: 'partial', endedBy: 'maxFailures: 2' });
  });

  test('counts a budget in percent over all planned servers', () => {
    const game = new Game(inWaves([5, 5], { maxFailures: { percent: 20 } }));
    game.playOn(failing('c0-s0', 'c0-s1'));
    expect(game.begun()).toHaveLength(2);
  });

  test('stops at the first failure where no budget is given', () => {
    const game = new Game(inWaves([4]));
    game.playOn(failing('c0-s0'));
    expect(game.begun()).toEqual(['c0-s0', 'c0-s1']);
  });

  test('puts a server that was drained and never begun back at once, while others are still being deployed to', () => {
    const three = { perCluster: 3, clustersInFlight: 1, pauseBetweenClusters: false };
    const game = new Game(inWaves([3], { parallel: three }));
    const round = (...groups: number[]): void => {
      for (const action of game.choices())
        if ('group' in action && groups.includes(action.group)) game.begin(action);
    };
    const end = (group: number, state: 'ok' | 'error' = 'ok'): void => game.finish(group, state);
    round(0, 1, 2);
    [0, 1, 2].forEach((group) => end(group));
    round(0, 1, 2);
    [0, 2].forEach((group) => end(group));
    round(0, 2);
    end(0, 'error');
    expect(game.choices()).toEqual([]);
    expect(game.run.servers.get('c0-s1')?.state).toBe('skipped');
    end(1);
    expect(game.choices()).toMatchObject([{ do: 'perform', group: 1, task: { action: 'enable' } }]);
    expect(game.run.servers.get('c0-s2')?.state).toBe('deploying');
  });

  test('is not at its end while something that nobody waits for any more is still being done', () => {
    const game = new Game(inWaves([2]));
    for (let round = 0; round < 2; round += 1) {
      for (const action of game.choices()) game.begin(action);
      game.finish(0, 'ok');
      if (round === 0) game.finish(1, 'ok');
    }
    for (const action of game.choices()) game.begin(action);
    game.finish(0, 'error');
    expect(game.choices()).toEqual([]);
    expect(game.run.ended).toBeNull();
    game.finish(1, 'ok');
    game.playOn();
    expect(game.run.service.get('c0-s1')).toBe('yes');
    expect(game.run.ended?.state).toBe('error');
  });

  test('law 5: waits for others to come back instead of taking more out than the floor allows', () => {
    const game = new Game(
      inWaves([4], {
        minInService: 3,
        parallel: { perCluster: 4, clustersInFlight: 1, pauseBetweenClusters: false },
      }),
    );
    for (const action of game.choices()) game.begin(action);
    expect(game.working()).toEqual([0]);
    game.playOn();
    expect(game.run.ended?.state).toBe('ok');
    expect(game.log.some(({ type }) => type === 'question_asked')).toBe(false);
  });

  test('law 5: asks when nobody else is out and the floor would still fall', () => {
    const game = new Game(inWaves([3], { minInService: 2, onServerFailure: 'continue' }));
    game.playOn(failing('c0-s0'));
    expect(game.begun()).toEqual(['c0-s0']);
    expect(game.run.question?.kind).toBe('capacity');
  });
});

describe('a pause between clusters', () => {
  const paused = (more: Partial<Environment> = {}) =>
    inWaves([2, 2, 2], {
      parallel: { perCluster: 2, clustersInFlight: 1, pauseBetweenClusters: true },
      ...more,
    });

  test('asks a person before each further cluster, and goes on when the answer is Resume', () => {
    const game = new Game(paused());
    game.playOn();
    expect(game.begun()).toEqual(['c0-s0', 'c0-s1']);
    expect(game.run.question).toMatchObject({ kind: 'next-wave', group: 2 });
    game.answer('resume');
    game.playOn();
    expect(game.begun()).toHaveLength(4);
    expect(game.run.question).toMatchObject({ kind: 'next-wave', group: 4 });
    game.answer('resume');
    game.playOn();
    expect(game.run.ended?.state).toBe('ok');
  });

  test('ends the attempt partial, with the rest as it was, when the answer is Stop', () => {
    const game = new Game(paused());
    game.playOn();
    game.answer('stop');
    game.playOn();
    expect(game.begun()).toHaveLength(2);
    expect(game.run.ended).toMatchObject({ state: 'partial' });
    expect(game.run.servers.get('c2-s1')?.state).toBe('skipped');
  });

  test('is not asked for where the failure budget ended the run', () => {
    const game = new Game(paused());
    game.playOn(failing('c0-s0'));
    expect(game.run.ended?.state).toBe('partial');
    expect(game.log.some(({ type }) => type === 'question_asked')).toBe(false);
  });
});

describe('a question about one server of a wave', () => {
  test('lets the others finish, begins no further one, and goes on where it stood after the answer', () => {
    const three = { perCluster: 3, clustersInFlight: 1, pauseBetweenClusters: false };
    const game = new Game(inWaves([4], { paradigm: 'simple', parallel: three }));
    for (const action of game.choices()) game.begin(action);
    for (const group of game.working()) game.finish(group, 'ok');
    for (const action of game.choices()) if ('group' in action && action.group < 2) game.begin(action);
    const [asked, other] = openTasks(game.index, game.run);
    if (!asked || !other) throw new Error('no steps are under way');
    game.crash();
    game.ask({ kind: 'unknown-task', task: asked.id, group: null });
    expect(game.choices()).toMatchObject([{ do: 'probe', group: 1 }, { do: 'wait' }]);
    game.end(other, 'ok');
    game.playOn();
    expect(game.run.servers.get('c0-s1')?.state).toBe('ok');
    expect(game.turnedTo).toEqual([0, 1, 2]);
    expect(game.begun()).toEqual(['c0-s0', 'c0-s1']);
    expect(game.run.ended).toBeNull();
    game.answer('retry');
    game.playOn();
    expect(game.run.ended?.state).toBe('ok');
    expect(game.begun()).toHaveLength(4);
  });
});

describe('whatever ends when, fails or dies in between', () => {
  const settings = fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
    perCluster: fc.integer({ min: 1, max: 4 }),
    clustersInFlight: fc.integer({ min: 1, max: 3 }),
    pauseBetweenClusters: fc.boolean(),
    minInService: fc.integer({ min: 0, max: 3 }),
    paradigm: fc.constantFrom('simple' as const, 'online' as const),
    maxFailures: fc.constantFrom(null, { count: 1 }, { count: 3 }, { percent: 30 }),
  });

  const inService = (game: Game, member: string): boolean => {
    const lane = [...lanesOf(game.index, game.run).values()].find(({ members }) =>
      members.some(({ name }) => name === member),
    );
    return lane?.state !== 'begun' && (game.run.service.get(member) ?? 'yes') === 'yes';
  };

  test('limits, order, floor and budget hold, every task runs once, and the attempt ends with nothing forgotten', () => {
    fc.assert(
      fc.property(settings, fc.infiniteStream(fc.nat({ max: 1_000 })), (setting, dice) => {
        const { sizes, perCluster, clustersInFlight, pauseBetweenClusters, ...rest } = setting;
        const game = new Game(
          inWaves(sizes, { parallel: { perCluster, clustersInFlight, pauseBetweenClusters }, ...rest }),
        );
        const roll = (sides: number): number => (dice.next().value as number) % sides;
        const ran = new Map<number, number>();
        for (let turn = 0; turn < 2_000 && !game.run.ended; turn += 1) {
          const choices = game.choices().filter((action) => action.do !== 'wait');
          const working = game.working();
          const pick = roll(choices.length + working.length + 1);
          const picked = choices[pick];
          const choice =
            picked?.do === 'check-group' ? choices.find(({ do: it }) => it === 'check-group') : picked;
          const group = working[pick - choices.length];
          if (choice) {
            if (choice.do === 'perform') ran.set(choice.task.id, (ran.get(choice.task.id) ?? 0) + 1);
            game.begin(choice);
          } else if (group !== undefined) game.finish(group, roll(8) === 0 ? 'error' : 'ok');
          else if (roll(4) === 0) game.crash();
          if (game.run.question && roll(3) === 0)
            game.answer(roll(2) === 0 ? 'stop' : game.run.question.kind === 'capacity' ? 'retry' : 'resume');
          expectLimits(game, { perCluster, clustersInFlight });
        }
        expect(game.run.ended).not.toBeNull();
        expect(game.choices()).toEqual([]);
        expect([...ran.values()].every((count) => count === 1)).toBe(true);
        for (const { groups } of game.index.waves) {
          const own = [...new Set(game.turnedTo.filter((group) => groups.includes(group)))];
          expect(own).toEqual(own.toSorted((left, right) => left - right));
        }
        for (const [name, server] of game.run.servers) {
          expect(['pending', 'deploying']).not.toContain(server.state);
          if (server.state !== 'ok') continue;
          expect([undefined, 'yes']).toContain(game.run.service.get(name));
        }
        expect([...game.run.service.values()]).not.toContain('no');
      }),
      { numRuns: 150 },
    );
  });

  function expectLimits(game: Game, limits: { perCluster: number; clustersInFlight: number }): void {
    const begun = [...lanesOf(game.index, game.run).values()].filter(({ state }) => state === 'begun');
    const clusters = begun.map(({ members }) => members[0]?.name.split('-')[0]);
    expect(new Set(clusters).size).toBeLessThanOrEqual(limits.clustersInFlight);
    for (const cluster of new Set(clusters))
      expect(clusters.filter((name) => name === cluster).length).toBeLessThanOrEqual(limits.perCluster);
    const { plan } = game.index;
    if (plan.environment.paradigm === 'simple') return;
    const members = [...game.index.members.keys()];
    const left = members.filter((name) => inService(game, name)).length;
    // Whoever failed while it was out stays out: with nobody held, what is left was left on purpose.
    if (begun.length > 1 && left + begun.length === members.length)
      expect(left).toBeGreaterThanOrEqual(plan.minInService);
  }
});
