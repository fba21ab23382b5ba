import type { SystemName } from '../domain/configured/environment.ts';
import type { Plan } from '../domain/plan/plan.ts';
import type { System } from './system.ts';

/** The systems that are executed. */
export type Systems = Record<Exclude<SystemName, 'opcon'>, System>;

/** One system for all environments: each plan goes to the one that its environment names. Throws for `opcon`, which no plan gets past the checks with. */
export function chooseSystem(systems: Systems): System {
  const of = ({ environment: { name, system } }: Plan): System => {
    if (system === 'opcon') throw new Error(`${name} is of system opcon, which is not executed`);
    return systems[system];
  };
  return {
    perform: async (context, signal) => await of(context.plan).perform(context, signal),
    probe: async (context, onSeen, signal) => await of(context.plan).probe(context, onSeen, signal),
    end: async (context, signal) => await of(context.plan).end(context, signal),
    inspect: async (plan, server, signal) => await of(plan).inspect(plan, server, signal),
    check: async (context, signal) => await of(context.plan).check(context, signal),
    prepare: (plan, server) => of(plan).prepare(plan, server),
    release: async (plan) => await of(plan).release(plan),
  };
}
