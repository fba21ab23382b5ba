import { Command, CommanderError, Help, InvalidArgumentError, Option } from 'commander';

import { addControlCommands } from './control-commands.ts';
import { addKeepingCommands, type MakeCommand } from './keeping-commands.ts';
import { addPlanningCommands } from './planning-commands.ts';
import { version } from './version.ts';

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
    .version(version, '--version', 'prints the version')
    .exitOverride()
    .configureHelp({ optionDescription: withoutEmptyDefault })
    .showHelpAfterError(
      '`lamplighter help` lists the commands, `lamplighter help COMMAND` the flags of one.',
    );
  const command: MakeCommand = (name, description, { parent = program, formats = ['text', 'json'] } = {}) =>
    parent
      .command(name)
      .description(description)
      .exitOverride()
      .option('--config <file>', 'the configuration file')
      .addOption(new Option('--format <format>', 'how to answer').choices(formats).default('text'));

  // Each command is loaded when it is run: the bot starts without the sandbox, and `schema` without the bot.
  command('start', 'runs the bot').action(async (options) => {
    const { runStart } = await import('./start.ts');
    exitWith(await runStart(options));
  });
  command('sandbox', 'runs the bot with a page in the browser and a small fleet on this machine')
    .option('--port <number>', 'where the page listens; 0 takes a free port', readPort, 0)
    .option('--denodo', 'adds the environments of examples/denodo, with a stand-in for each of their servers')
    .action(async (options) => {
      const { runSandbox } = await import('./sandbox.ts');
      exitWith(await runSandbox(options));
    });
  command('check', 'loads configuration and catalogue, every fault at once').action(async (options) => {
    const { runCheck } = await import('./check.ts');
    exitWith(await runCheck(options));
  });
  command('schema', 'prints the JSON Schema of the configuration file').action(async () => {
    const { runSchema } = await import('./schema.ts');
    exitWith(runSchema());
  });
  addPlanningCommands(command, exitWith);
  command('demo', 'plays one whole story in the terminal, with no workspace and no other server').action(
    async () => {
      const { runDemo } = await import('./demo.ts');
      exitWith(await runDemo());
    },
  );
  addControlCommands(command, exitWith);
  addKeepingCommands(program, command, exitWith);
  return program;
}

/** Of a flag that may be repeated nobody needs to read that it is not given. */
function withoutEmptyDefault(option: Option): string {
  const said = new Help().optionDescription(option);
  return said.replace(/ \(default: \[\]\)$/, '');
}

function readPort(given: string): number {
  const port = Number(given);
  if (/^\d+$/.test(given) && port <= 65_535) return port;
  throw new InvalidArgumentError('It should be a port from 0 to 65535.');
}
