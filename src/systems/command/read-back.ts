import type { Value } from '../../domain/environment.ts';
import { asVariables, fillPlaceholders } from '../../domain/placeholders.ts';
import type { Plan } from '../../domain/plan.ts';
import { quote } from '../../domain/quote.ts';
import type { CommandSession } from '../../drivers/command.ts';
import { stripTerminal } from '../../drivers/plain-output.ts';
import { createRedactor } from '../../drivers/redact.ts';
import type { TaskContext, TaskOutcome } from '../system.ts';
import { type ResolvedValues, resolveValues } from './step-order.ts';

const maxLength = 200;

/** Asks a server what runs there now, without its secrets; null where nothing is configured or it gave no answer. */
export async function readBack(
  session: CommandSession,
  plan: Plan,
  { values, secrets }: ResolvedValues,
): Promise<string | null> {
  const { readBack: configured } = plan.environment;
  if (configured === null) return null;
  const line = fillPlaceholders(configured.run, values);
  const answer = await session.ask(line, asVariables(values), null, configured.timeoutSeconds * 1_000);
  const redactor = createRedactor(secrets);
  const said = redactor.push(stripTerminal(answer.stdout)) + redactor.flush();
  const text = [...said.trim()].slice(0, maxLength).join('');
  return answer.exitCode === 0 && text !== '' ? text : null;
}

/** VERIFY: what the server says of itself must name what was deployed, else the server ends with a warning. */
export async function verify(
  needs: { readSecret: (reference: Exclude<Value, string>) => string },
  session: CommandSession,
  context: TaskContext,
): Promise<TaskOutcome> {
  const { plan, task } = context;
  const found = await readBack(session, plan, resolveValues(needs, plan, task.server ?? ''));
  const names = plan.revisions.filter((revision) => revision.operation === 'create');
  const right =
    names.length === 0 ||
    names.some(
      (revision) => found !== null && (namesVersion(found, revision.version) || found === revision.name),
    );
  const message = right
    ? `reads back ${found === null ? 'nothing' : quote(found)}`
    : `reads back ${found === null ? 'nothing' : quote(found)}, expected ${names.map((revision) => `${revision.name}@${revision.version}`).join(' or ')}`;
  return {
    state: 'ended',
    end: right ? 'ok' : 'warning',
    exitCode: null,
    message,
    lastLines: [],
    readBack: found,
  };
}

/** True where the version stands as a word of its own: `2` is not named by `customer360@12`. */
function namesVersion(text: string, version: string): boolean {
  return text.split(/[^A-Za-z0-9._-]+/).some((word) => word === version || word.endsWith(`-${version}`));
}
