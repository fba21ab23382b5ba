import type { Connection, SecretReference } from '../domain/configured/connection.ts';
import type { TaskEnd } from '../domain/events/states.ts';
import { findServer } from '../domain/plan/plan.ts';
import { harmless } from '../domain/quote.ts';
import type { Revision } from '../domain/revision.ts';
import { Unreachable } from '../drivers/command.ts';
import type { HttpDriver } from '../drivers/http/http-driver.ts';
import type { HttpAnswer, HttpCall, HttpSession } from '../drivers/http/http.ts';
import { stripTerminal } from '../drivers/plain-output.ts';
import { createRedactor } from '../drivers/redact.ts';
import { wordsOf } from './answers.ts';
import type { TaskContext, TaskOutcome } from './system.ts';

/** What the systems that are reached over HTTP are built with. */
export interface RestNeeds {
  http: HttpDriver;
  readSecret: (reference: SecretReference) => string;
  /** Null when the revision's files are still those that were signed; else a sentence. */
  findRevisionChange: (revision: Revision) => Promise<string | null>;
  now: () => number;
  /** Ends early, without an error, when the signal aborts. */
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** What is said to one server for one task, and what it answers. */
export interface Conversation {
  server: string;
  context: TaskContext;
  needs: RestNeeds;
  /**
   * Asks, and before it changes anything makes sure that this process still holds the environment. Ends the task where the
   * account is refused; where something may be under way already, or a look fails on the server's side, it breaks off.
   */
  ask(call: HttpCall): Promise<HttpAnswer>;
  /** The same, and ends the task where the status is none of these. */
  expect(call: HttpCall, statuses: number[]): Promise<HttpAnswer>;
  /** Waits between two looks; breaks off when the process is told to let go. */
  pause(): Promise<void>;
  /** Milliseconds until the task has had its time; 0 or less when it has. */
  leftMs(): number;
  /** Says something in the thread, once per key. */
  tell(key: string, message: string): Promise<void>;
  /** Values that must not appear in anything that is said from now on. */
  hide(secrets: string[]): void;
}

/** What a server or a file says ends the task: one sentence, and perhaps lines of evidence. */
export class Declined extends Error {
  override name = 'Declined';
  readonly lastLines: string[];

  constructor(message: string, lastLines: string[] = []) {
    super(message);
    this.lastLines = lastLines;
  }
}

/** It may have happened, and nobody but a person can find out. */
export class Unknowable extends Error {
  override name = 'Unknowable';
}

/** Another process holds the environment: nothing may be changed any more. */
class NoLongerOurs extends Error {
  override name = 'NoLongerOurs';
}

type Ended = Extract<TaskOutcome, { state: 'ended' }>;

const paceMs = 2_000;
const keptLines = 200;
const longestLine = 400;
const longestMessage = 1_500;

/** The end of a task that has no exit code. */
export function ended(end: TaskEnd, message: string, lastLines: string[] = []): Ended {
  return { state: 'ended', end, exitCode: null, message, lastLines, readBack: null };
}

/**
 * Talks to one server about one task and makes an outcome of however that ends; no secret is in it. Where the task may have
 * begun, a look that fails says nothing about it.
 */
export async function converse(
  needs: RestNeeds,
  { context, server, mayHaveBegun }: { context: TaskContext; server: string; mayHaveBegun: boolean },
  signal: AbortSignal,
  work: (talk: Conversation) => Promise<TaskOutcome>,
): Promise<TaskOutcome> {
  let session: HttpSession | null = null;
  const secrets: string[] = [];
  const clean = (text: string): string => {
    const redactor = createRedactor(secrets);
    const known = session?.redact(stripTerminal(text)) ?? stripTerminal(text);
    return redactor.push(known) + redactor.flush();
  };
  try {
    session = needs.http.open(server, connectionOf(context, server));
    return cleaned(
      await work(createTalk(needs, { context, server, session, signal, secrets, clean, mayHaveBegun })),
      clean,
    );
  } catch (error) {
    return cleaned(outcomeOf(error), clean);
  } finally {
    await session?.close();
  }
}

interface Parts {
  context: TaskContext;
  server: string;
  session: HttpSession;
  signal: AbortSignal;
  secrets: string[];
  clean: (text: string) => string;
  mayHaveBegun: boolean;
}

function createTalk(needs: RestNeeds, parts: Parts): Conversation {
  const { context, server, session, signal, secrets, clean } = parts;
  let mayHaveBegun = parts.mayHaveBegun;
  const refuse = ({ method }: HttpCall, sentence: string): Error =>
    method === 'GET' && mayHaveBegun ? new Unreachable(sentence) : new Declined(sentence);
  const ask = async (call: HttpCall): Promise<HttpAnswer> => {
    if (call.method !== 'GET' && !(await context.isStillOurs())) throw new NoLongerOurs();
    mayHaveBegun ||= call.method !== 'GET';
    const answer = await session.ask(call, signal);
    if (answer.status === 401 || answer.status === 403) throw refuse(call, sayRefused(parts, answer));
    if (call.method === 'GET' && answer.status >= 500) throw new Unreachable(sayAnswer(server, call, answer));
    return answer;
  };
  return {
    server,
    context,
    needs,
    ask,
    expect: async (call, statuses) => {
      const answer = await ask(call);
      if (!statuses.includes(answer.status)) throw refuse(call, sayAnswer(server, call, answer));
      return answer;
    },
    pause: async () => {
      await needs.sleep(paceMs, signal);
      if (signal.aborted) throw new Unreachable(`${server} is no longer watched`);
    },
    leftMs: () => context.intendedAt + context.plan.environment.stepTimeoutSeconds * 1_000 - needs.now(),
    tell: async (key, message) => await context.tell(key, harmless(clean(message))),
    hide: (values) => void secrets.push(...values),
  };
}

/** What a server answered that it should not have, in its own words. */
export function sayAnswer(server: string, { method, path }: HttpCall, { status, body }: HttpAnswer): string {
  const words = wordsOf(body);
  return `${server}: ${method} ${path} was answered with ${status}${words === '' ? '' : `: ${words}`}`;
}

function sayRefused({ context, server }: Parts, { status }: HttpAnswer): string {
  const { user } = connectionOf(context, server);
  const account = user === null ? 'a call without an account' : `the account ${user}`;
  return `${server} refuses ${account} (${status}): its user or password is wrong, or it lacks the right to do this`;
}

function connectionOf({ plan }: TaskContext, name: string): Extract<Connection, { driver: 'http' }> {
  const connection = findServer(plan.environment, name)?.server.connection;
  if (connection?.driver !== 'http') throw new Declined(`${name} has no connection with driver http`);
  return connection;
}

function outcomeOf(error: unknown): TaskOutcome {
  if (error instanceof NoLongerOurs) return { state: 'fenced' };
  if (error instanceof Declined) return ended('error', error.message, error.lastLines);
  if (error instanceof Unknowable) return { state: 'lost', reason: error.message, lastLines: [] };
  return { state: 'interrupted', reason: error instanceof Error ? error.message : String(error) };
}

/** Words of servers stand in all of it. */
function cleaned(outcome: TaskOutcome, clean: (text: string) => string): TaskOutcome {
  switch (outcome.state) {
    case 'ended':
      return {
        ...outcome,
        message: harmless(clean(outcome.message), longestMessage),
        lastLines: outcome.lastLines.flatMap((line) => linesOf(clean(line))).slice(-keptLines),
      };
    case 'lost':
    case 'interrupted':
      return { ...outcome, reason: harmless(clean(outcome.reason)) };
    case 'never-started':
    case 'fenced':
      return outcome;
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trimEnd().slice(0, longestLine));
}
