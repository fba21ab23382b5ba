import { Command, CommanderError, Option } from 'commander';

import { runCheck } from './check.ts';
import { runDemo } from './demo.ts';
import { runPlan } from './plan.ts';
import { runSchema } from './schema.ts';
import { runStart } from './start.ts';

/** What every command may be told. */
export interface CommonOptions {
  config?: string;
  format: 'text' | 'json';
}

/** Runs one command. Answers the exit code: 0 done, 1 refused or failed, 2 a bad flag, variable or file. */
export async function runCommandLine(argv: string[]): Promise<number> {
  const result = { code: 0 };
  const program = buildProgram((code) => {
    result.code = code;
  });
  try {
    await program.parseAsync(argv);
    return result.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function buildProgram(exitWith: (code: number) => void): Command {
  const program = new Command('lamplighter')
    .description('A Slack bot that deploys to fleets of servers at the appointed hour, server by server.')
    .exitOverride()
    .showHelpAfterError();
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .exitOverride()
      .option('--config <file>', 'the configuration file')
      .addOption(new Option('--format <format>', 'how to answer').choices(['text', 'json']).default('text'));
  const repeated = (value: string, before: string[]): string[] => [...before, value];

  command('start', 'runs the bot').action(async (options) => exitWith(await runStart(options)));
  command('check', 'loads configuration and catalogue, every fault at once').action(async (options) =>
    exitWith(await runCheck(options)),
  );
  command('schema', 'prints the JSON Schema of the configuration file').action(() => exitWith(runSchema()));
  command('plan', 'prints what a deployment would do, without doing anything')
    .requiredOption('--environment <name>', 'where to')
    .option('--revision <name@version>', 'what, in order; repeat the flag for each', repeated, [])
    .option('--package <name@version>', 'a package instead of revisions')
    .option('--servers <a,b>', 'only these servers')
    .action(async (options) => exitWith(await runPlan(options)));
  command('demo', 'plays one whole story in the terminal, with no workspace and no other server').action(
    async () => exitWith(await runDemo()),
  );
  return program;
}
