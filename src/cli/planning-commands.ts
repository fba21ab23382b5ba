import { type Command, InvalidArgumentError } from 'commander';

import type { MakeCommand } from './keeping-commands.ts';
import type { PlanOptions } from './load-planning.ts';
import { serverNames } from './server-names.ts';
import type { SimulateOptions } from './simulate.ts';
import { type FailFlag, readFailFlag } from './simulation/fail-flag.ts';

/** Registers what says beforehand what a deployment would do, and changes nothing. */
export function addPlanningCommands(command: MakeCommand, exitWith: (code: number) => void): void {
  addPlanFlags(command('plan', 'prints what a deployment would do, without doing anything')).action(
    async (options: PlanOptions) => {
      const { runPlan } = await import('./plan.ts');
      exitWith(await runPlan(options));
    },
  );
  addPlanFlags(
    command('simulate', 'deploys to servers that only exist in memory, and prints what becomes of each task'),
  )
    .option(
      '--fail <target:type[:action]>',
      'a task that fails once, by its server or cluster; repeat the flag for each',
      addFailFlag,
      [],
    )
    .action(async (options: SimulateOptions) => {
      const { runSimulate } = await import('./simulate.ts');
      exitWith(await runSimulate(options));
    });
}

function addPlanFlags(planning: Command): Command {
  const repeated = (value: string, before: string[]): string[] => [...before, value];
  return planning
    .requiredOption('--environment <name>', 'where to')
    .option('--revision <name@version>', 'what, in order; repeat the flag for each', repeated, [])
    .option('--package <name@version>', 'a package instead of revisions')
    .option('--servers <a,b>', 'only these servers', serverNames);
}

function addFailFlag(given: string, before: FailFlag[]): FailFlag[] {
  const flag = readFailFlag(given);
  if (flag) return [...before, flag];
  throw new InvalidArgumentError('It should be TARGET:TYPE or TARGET:TYPE:ACTION, such as vdp-1:VQL.');
}
