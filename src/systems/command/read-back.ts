import type { Value } from '../../domain/configured/connection.ts';
import { asVariables, fillPlaceholders } from '../../domain/plan/placeholders.ts';
import type { Plan } from '../../domain/plan/plan.ts';
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

/** VERIFY: what the server says of itself must name what was deployed (undone: what it was before), else it is a warning. */
export async function verify(
  needs: { readSecret: (reference: Exclude<Value, string>) => string },
  session: CommandSession,
  context: TaskContext,
): Promise<TaskOutcome> {
  const { plan, task } = context;
  const found = await readBack(session, plan, resolveValues(needs, plan, task.server ?? ''));
  const expected = expectationOf(context);
  const isRight = expected === null || expected.isMet(found);
  const said = `reads back ${found === null ? 'nothing' : quote(found)}`;
  return {
    state: 'ended',
    end: isRight ? 'ok' : 'warning',
    exitCode: null,
    message: isRight ? said : `${said}, expected ${expected.words}`,
    lastLines: [],
    readBack: found,
  };
}

interface Expectation {
  words: string;
  isMet(found: string | null): boolean;
}

/** Null where nothing can be expected. */
function expectationOf({ plan, undoing }: TaskContext): Expectation | null {
  if (undoing) {
    const { before } = undoing;
    return before === null ? null : { words: quote(before), isMet: (found) => found === before };
  }
  const made = plan.revisions.filter((revision) => revision.operation === 'create');
  if (made.length === 0) return null;
  return {
    words: made.map((revision) => `${revision.name}@${revision.version}`).join(' or '),
    isMet: (found) =>
      made.some(({ name, version }) => found !== null && (namesVersion(found, version) || found === name)),
  };
}

/** True where the version stands as a word of its own: `2` is not named by `customer360@12`. */
function namesVersion(text: string, version: string): boolean {
  return text.split(/[^A-Za-z0-9._-]+/).some((word) => word === version || word.endsWith(`-${version}`));
}
