import type { AppNeeds } from '../../src/app/needs.ts';
import type { Plan } from '../../src/domain/plan/plan.ts';
import { accept } from '../../src/domain/verdict.ts';
import type { Store } from '../../src/store/store.ts';
import type { World } from '../../src/world/world.ts';
import { type RunningBot, startBot } from './bot.ts';
import { configurationOf, environmentOf, revisionOf } from './environment.ts';
import type { Faults } from './faults.ts';
import type { Kernel, Process } from './kernel.ts';
import type { Memory } from './memory.ts';
import { openProcessStore } from './process-store.ts';
import type { Shape } from './shape.ts';
import type { SlackModel } from './slack-model.ts';

/** What the processes of a history share. */
export interface ProcessNeeds {
  kernel: Kernel;
  memory: Memory;
  faults: Faults;
  world: World;
  slack: SlackModel;
  shape: Shape;
  /** Told of each plan before anything is written under it. */
  planned: (hash: string, plan: Plan) => void;
  written: (envelope: string | null) => void;
  isMember: (person: string) => boolean;
  story: (line: string) => void;
}

/** The processes of the bot: they start, are killed, and one of them tells Slack. */
export interface Processes {
  bots: Set<RunningBot>;
  started: number;
  /** Starts another one beside those that live. It tells nothing: messages cannot be claimed. */
  startAnother(): void;
  /** Starts the one that tells, unless it lives: it settles what a dead one left, as opening the file does. */
  ensureSpeaker(): void;
  /** None of its promises continues. Where it told Slack, another one starts after this time. */
  kill(process: Process, forMs: number, where: string): void;
}

const leaseMs = 15_000;

/** No process yet. */
export function createProcesses(needs: ProcessNeeds): Processes {
  const { kernel, memory, story } = needs;
  const state = { isStarting: false };
  const start = (speaks: boolean): void => {
    processes.started += 1;
    const process = { name: `bot-${processes.started}`, alive: true, speaks, pausedUntil: 0, quiet: 0 };
    story(`${process.name} starts`);
    kernel.later(0, process, () => {
      if (speaks) state.isStarting = false;
      processes.bots.add(startIn(needs, process));
    });
  };
  const processes: Processes = {
    bots: new Set(),
    started: 0,
    startAnother: () => start(false),
    ensureSpeaker: () => {
      if (state.isStarting || [...processes.bots].some(({ process }) => process.speaks)) return;
      state.isStarting = true;
      void memory.settleAfterDeath().then(() => start(true));
    },
    kill: (process, forMs, where) => {
      story(`${process.name} is killed (${where})`);
      process.alive = false;
      for (const bot of processes.bots) if (bot.process === process) processes.bots.delete(bot);
      if (process.speaks) kernel.later(forMs, null, () => processes.ensureSpeaker());
    },
  };
  return processes;
}

function startIn(needs: ProcessNeeds, process: Process): RunningBot {
  const { kernel, world, slack, faults, story } = needs;
  const storeOf = openProcessStore({ ...needs, memory: rememberingPlans(needs), process });
  const store = storeOf(null);
  const quiet = (): void => undefined;
  const error = (facts: unknown, words: unknown): void =>
    story(`${process.name} says: ${String(words)}: ${sayError(facts)}`);
  const log = { info: quiet, warn: quiet, error };
  const app = appOf(needs, process, store);
  return startBot({ kernel, process, store, storeOf, world, slack, faults, app, leaseMs, log });
}

function sayError(facts: unknown): string {
  const error = typeof facts === 'object' && facts !== null && 'error' in facts ? facts.error : facts;
  return error instanceof Error ? error.message : String(error);
}

/** The store, with every plan shown to the witnesses before it is written. */
function rememberingPlans({ memory, planned }: ProcessNeeds): Memory {
  const { store } = memory;
  return {
    ...memory,
    store: {
      ...store,
      createDeployment: async (request) => {
        planned(request.planHash, request.plan);
        return await store.createDeployment(request);
      },
      commit: async (change) => {
        if (change.plan) planned(change.plan.hash, change.plan.plan);
        return await store.commit(change);
      },
    },
  };
}

function appOf({ kernel, shape, isMember }: ProcessNeeds, process: Process, store: Store): AppNeeds {
  const configuration = configurationOf(environmentOf(shape));
  return {
    store,
    now: () => kernel.now,
    configuration: () => configuration,
    findRevision: async (_name, version) => accept(revisionOf(version)),
    findPackage: () => null,
    digestFile: async (path) => `digest of ${path}`,
    pinRevision: async (_name, digest) => digest,
    heldMembers: async (name) =>
      (await store.members(name)).filter(({ inService }) => inService === 'held').map(({ member }) => member),
    lockOf: async (name) => await store.lock(name),
    findPerson: async (id) => {
      await kernel.turn(0, process);
      const standing = isMember(id) ? 'member' : 'deactivated';
      return { id, name: id, timezone: 'Europe/Madrid', standing, usergroups: [] };
    },
  };
}
