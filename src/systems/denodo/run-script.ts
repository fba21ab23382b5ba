import type { PostgresSession, QueryEnd } from '../../drivers/postgres/postgres-driver.ts';
import type { TaskContext } from '../system.ts';
import type { ReadyScript, ReadyStatement } from './fill-script.ts';

/** How far a script came. */
export interface ScriptRun {
  /** Commands whose success the server said. */
  executed: number;
  total: number;
  end: ScriptEnd;
}

/** How a script ended. */
export type ScriptEnd =
  | { state: 'done' }
  /** The server refused a command: it changed nothing, and none after it was sent. */
  | { state: 'failed'; at: ReadyStatement; message: string }
  /** A command was sent, and nobody knows whether it was executed. */
  | { state: 'lost' | 'timed-out'; at: ReadyStatement; reason: string }
  /** Asked to stop: no command was under way. */
  | { state: 'stopped' }
  /** Somebody else owns the environment by now. */
  | { state: 'fenced' }
  /** The server did not give itself over in time: no command was sent. */
  | { state: 'not-alone'; reason: string };

/** How a script is run. */
export interface ScriptRules {
  /** For each command, in milliseconds. */
  timeoutMs: number;
  /** For taking the server for itself: it waits for every query that runs there. */
  singleUserModeMs: number;
  /** So long it is waited for without a word in the thread. */
  sayWaitingMs: number;
  /** How long a command that is under way may take to end when all is to stop. */
  graceMs: number;
}

/** Who is asked and told while a script runs. */
type ScriptContext = Pick<TaskContext, 'tell' | 'isStillOurs'>;

/** A script with the connection that it is sent over. */
export interface ScriptWork {
  session: PostgresSession;
  script: ReadyScript;
  rules: ScriptRules;
  context: ScriptContext;
}

/**
 * Sends a script over one connection, a command at a time, in single user mode, and stops at the first that fails. The
 * mode is left again however it ends. There is no transaction: what was executed stays.
 */
export async function runScript(
  { session, script: { statements }, rules, context }: ScriptWork,
  signal: AbortSignal,
): Promise<ScriptRun> {
  const total = statements.length;
  let executed = 0;
  let isAlone = false;
  const cut = cutAfterGrace(session, rules.graceMs, signal);
  try {
    // A script that takes the server for itself says where.
    if (!statements.some(({ singleUserMode }) => singleUserMode === 'enter')) {
      if (!(await context.isStillOurs())) return { executed, total, end: { state: 'fenced' } };
      const end = await enterByOurselves(session, rules, context);
      if (end.state === 'not-alone') return { executed, total, end };
      isAlone = end.state === 'alone';
    }
    for (const statement of statements) {
      if (signal.aborted) return { executed, total, end: { state: 'stopped' } };
      if (!(await context.isStillOurs())) return { executed, total, end: { state: 'fenced' } };
      const answer = await send(session, statement, rules, context);
      if (answer.state !== 'done') return { executed, total, end: endAt(statement, answer, rules) };
      executed += 1;
      if (statement.singleUserMode !== null) isAlone = statement.singleUserMode === 'enter';
    }
    return { executed, total, end: { state: 'done' } };
  } finally {
    if (isAlone) await leave(session, rules, context);
    cut.dispose();
  }
}

/** An asked-for end waits for the command under way, but not for long: then the connection is closed. */
function cutAfterGrace(
  session: PostgresSession,
  graceMs: number,
  signal: AbortSignal,
): { dispose: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const abort = (): void => {
    timer = setTimeout(() => session.close(), graceMs);
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return {
    dispose: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}

async function enterByOurselves(
  session: PostgresSession,
  rules: ScriptRules,
  context: ScriptContext,
): Promise<{ state: 'alone' | 'refused' } | { state: 'not-alone'; reason: string }> {
  const answer = await enter(session, 'ENTER SINGLE USER MODE', rules, context);
  switch (answer.state) {
    case 'done':
      return { state: 'alone' };
    case 'failed':
      await context.tell(
        'single-user-mode-refused',
        'the server refused single user mode: the VQL is executed without it',
      );
      return { state: 'refused' };
    case 'lost':
      return { state: 'not-alone', reason: answer.reason };
    case 'timed-out':
      return {
        state: 'not-alone',
        reason: `single user mode was not reached in ${rules.singleUserModeMs / 1_000} s`,
      };
  }
}

async function send(
  session: PostgresSession,
  { text, singleUserMode }: ReadyStatement,
  rules: ScriptRules,
  context: ScriptContext,
): Promise<QueryEnd> {
  if (singleUserMode === 'enter') return await enter(session, text, rules, context);
  return await session.query(text, rules.timeoutMs);
}

/** It waits for running queries, and everybody else waits for it: whoever watches the thread should know. */
async function enter(
  session: PostgresSession,
  text: string,
  rules: ScriptRules,
  context: ScriptContext,
): Promise<QueryEnd> {
  const entering = session.query(text, rules.singleUserModeMs);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), rules.sayWaitingMs);
  });
  const first = await Promise.race([entering, late]);
  clearTimeout(timer);
  if (first !== 'late') return first;
  const seconds = rules.singleUserModeMs / 1_000;
  await context.tell(
    'single-user-mode',
    `waits for single user mode, ${seconds} s at most: queries that run on the server end first, and new ones wait`,
  );
  return await entering;
}

async function leave(session: PostgresSession, rules: ScriptRules, context: ScriptContext): Promise<void> {
  const answer = await session.query('EXIT SINGLE USER MODE', rules.timeoutMs);
  // The mode belongs to the connection and ends with it.
  if (answer.state === 'done') return;
  session.close();
  if (answer.state === 'failed')
    await context.tell(
      'single-user-mode-left',
      'the server refused to leave single user mode: the connection was closed, which leaves it',
    );
}

function endAt(
  at: ReadyStatement,
  answer: Exclude<QueryEnd, { state: 'done' }>,
  rules: ScriptRules,
): ScriptEnd {
  switch (answer.state) {
    case 'failed':
      return { state: 'failed', at, message: answer.message };
    case 'lost':
      return { state: 'lost', at, reason: answer.reason };
    case 'timed-out': {
      const seconds = (at.singleUserMode === 'enter' ? rules.singleUserModeMs : rules.timeoutMs) / 1_000;
      return { state: 'timed-out', at, reason: `no answer in ${seconds} s, and the connection was closed` };
    }
  }
}
