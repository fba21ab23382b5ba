import { processVariables, readEnvironment, type ProcessSettings } from '../config/env.ts';

/** The settings of a command that needs no tokens; null where a variable is wrong, which stands on standard error then. */
export function readSettings(): ProcessSettings | null {
  const environment = readEnvironment(processVariables(), { needs: 'nothing' });
  if (environment.ok) return environment.value;
  process.stderr.write(`${environment.message}\n`);
  return null;
}
