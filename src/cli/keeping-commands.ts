import { Argument, type Command } from 'commander';

import { completionScript, shells } from './completion-scripts.ts';

/** Makes a command with the flags that all have: of the program itself, unless another parent is named. */
export type MakeCommand = (
  name: string,
  description: string,
  more?: { parent?: Command; formats?: string[] },
) => Command;

const repeated = (value: string, before: string[]): string[] => [...before, value];

/** Registers what keeps an installation in order: the log's proof, copies of the database, the doctor, completions. */
export function addKeepingCommands(
  program: Command,
  command: MakeCommand,
  exitWith: (code: number) => void,
): void {
  addAuditCommands(program, command, exitWith);
  program
    .command('completion')
    .description('prints the script that completes command lines in a shell')
    .exitOverride()
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .action((shell) => {
      process.stdout.write(completionScript(shell));
      exitWith(0);
    });
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words) => {
      const { runComplete } = await import('./completion.ts');
      exitWith(await runComplete(program, words));
    });
  command('doctor', 'looks at everything that a start at 03:00 needs, and changes nothing')
    .option('--environment <name>', 'only this one')
    .action(async (options) => {
      const { runDoctor } = await import('./doctor.ts');
      exitWith(await runDoctor(options));
    });
  command('backup', 'copies the database while the bot runs, and proves the copy')
    .argument('<file>', 'where to; it must not be there yet')
    .action(async (file, options) => {
      const { runBackup } = await import('./backup.ts');
      exitWith(await runBackup(file, options));
    });
  command('restore', 'puts a copy in the place of the database, which is kept under another name')
    .argument('<file>', 'a copy that `backup` made')
    .action(async (file, options) => {
      const { runRestore } = await import('./restore.ts');
      exitWith(await runRestore(file, options));
    });
}

function addAuditCommands(program: Command, command: MakeCommand, exitWith: (code: number) => void): void {
  const audit = program.command('audit').description('the log of everything that happened').exitOverride();
  command('verify', 'walks the hash chain over all events', { parent: audit })
    .option(
      '--anchor <place:hash>',
      'a head of the log that was kept elsewhere; repeat the flag',
      repeated,
      [],
    )
    .action(async (options) => {
      const { runAuditVerify } = await import('./audit.ts');
      exitWith(runAuditVerify(options));
    });
  command('export', 'prints the events in order, as CSV or JSON lines', {
    parent: audit,
    formats: ['text', 'csv', 'json'],
  })
    .option('--from <instant>', 'the first instant, such as 2026-11-21 or 2026-11-21T03:00:00+01:00')
    .option('--to <instant>', 'the instant before which it ends')
    .action(async (options) => {
      const { runAuditExport } = await import('./audit.ts');
      exitWith(await runAuditExport(options));
    });
}
