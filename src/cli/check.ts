import { processVariables, readEnvironment } from '../config/env.ts';
import { checkConfiguration } from './check-configuration.ts';
import type { CommonOptions } from './common-options.ts';
import { directoryOf, openCatalogBeside } from './data-directory.ts';

/** `check`: every fault of configuration, catalogue and scripts at once, a line each. Exit code 2 on any. */
export async function runCheck(options: CommonOptions): Promise<number> {
  const environment = readEnvironment(processVariables(), { needs: 'nothing' });
  if (!environment.ok) {
    process.stderr.write(`${environment.message}\n`);
    return 2;
  }
  const file = options.config ?? environment.value.configFile;
  const { faults, warnings } = await checkConfiguration(file, (configuration) =>
    openCatalogBeside(directoryOf(environment.value.databaseFile), configuration),
  );
  if (options.format === 'json') process.stdout.write(`${JSON.stringify({ file, faults, warnings })}\n`);
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  if (options.format === 'text') {
    for (const fault of faults) process.stderr.write(`${fault}\n`);
    if (faults.length === 0) process.stdout.write(`${file} is in order.\n`);
  }
  return faults.length === 0 ? 0 : 2;
}
