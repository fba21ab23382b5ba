import type { Logger } from 'pino';

import { cancelDeployment } from '../app/cancel-deployment.ts';
import { lockEnvironment } from '../app/lock-environment.ts';
import type { AppNeeds } from '../app/needs.ts';
import { once } from '../app/once.ts';
import { type RetriedDeployment, retryDeployment } from '../app/retry-deployment.ts';
import { rollBackDeployment } from '../app/roll-back-deployment.ts';
import { unlockEnvironment } from '../app/unlock-environment.ts';
import { sayTime } from '../domain/calendar/calendar.ts';
import type { EnvironmentLock } from '../domain/deployment/lock.ts';
import type { Verdict } from '../domain/verdict.ts';
import { StoreUnavailable } from '../store/unavailable.ts';
import { sayCancelled, sayLocked, sayRetried, sayRolledBack, sayUnlocked } from '../wording/outcome.ts';
import { sayRefusals } from '../wording/refusal.ts';
import { answerList } from './list.ts';
import { forTerminal, isoInstant } from './names.ts';
import type { ControlAnswer, ControlCommand, ControlRequest } from './protocol.ts';
import { answerRequested, requestByCommand } from './request.ts';
import { answerShow } from './show.ts';

/** What answering the command line is built with. */
export interface ControlNeeds {
  app: AppNeeds;
  log: Pick<Logger, 'error'>;
}

/**
 * Answers requests with the use-cases that Slack has, for the same people with the same roles. A request that comes
 * again with its key, even while the first is being worked on, is given the same answer and changes nothing.
 */
export function createAnswerer(needs: ControlNeeds): (request: ControlRequest) => Promise<ControlAnswer> {
  const underWay = new Map<string, Promise<ControlAnswer>>();
  return async (request) => {
    const found = underWay.get(request.key);
    if (found) return await found;
    const answer = answerRequest(needs, request).finally(() => underWay.delete(request.key));
    underWay.set(request.key, answer);
    return await answer;
  };
}

async function answerRequest({ app, log }: ControlNeeds, request: ControlRequest): Promise<ControlAnswer> {
  try {
    return await answerOnce(app, request);
  } catch (error) {
    if (error instanceof StoreUnavailable)
      return {
        code: 1,
        text: `${error.message}. lamplighter list says what was done before that.`,
        value: null,
      };
    log.error({ error, command: request.command.do }, 'a request of the command line failed');
    const text = 'Lamplighter could not answer, and its log says why; lamplighter list says what was done.';
    return { code: 1, text, value: null };
  }
}

async function answerOnce(app: AppNeeds, { key, command }: ControlRequest): Promise<ControlAnswer> {
  if (command.do === 'list') return await answerList(app);
  if (command.do === 'show') return await answerShow(app, command.number);
  const what = `command line: ${JSON.stringify(command)}`;
  const envelope = { key: `control:${key}`, what, by: command.as, at: app.now() };
  return await once(app.store, envelope, async () => {
    const outcome = await answerChange(app, key, command);
    return { ...outcome, text: await forTerminal(app, outcome.text) };
  });
}

type ChangingCommand = Exclude<ControlCommand, { do: 'list' | 'show' }>;

async function answerChange(app: AppNeeds, key: string, command: ChangingCommand): Promise<ControlAnswer> {
  const actor = { by: command.as, via: 'command line' as const };
  switch (command.do) {
    case 'request':
      return answerOf(await requestByCommand(app, key, command), (requested) =>
        answerRequested(app, requested),
      );
    case 'cancel': {
      const verdict = await cancelDeployment(app, { ...actor, number: command.number });
      return answerOf(verdict, (value) => ({ text: sayCancelled(value), value }));
    }
    case 'retry': {
      const { number, only, servers } = command;
      const choice = only ?? (servers ? { servers } : 'remaining');
      const verdict = await retryDeployment(app, { ...actor, number, choice, shownVersion: null });
      return answerOf(verdict, (value) => answerRetried(app, value));
    }
    case 'rollback': {
      const verdict = await rollBackDeployment(app, { ...actor, number: command.number });
      return answerOf(verdict, (value) => ({ text: sayRolledBack(value), value }));
    }
    case 'lock': {
      const { environment, reason } = command;
      const verdict = await lockEnvironment(app, { ...actor, environment, reason });
      return answerOf(verdict, (value) => ({ text: sayLocked(value), value: lockValue(value) }));
    }
    case 'unlock': {
      const verdict = await unlockEnvironment(app, { ...actor, environment: command.environment });
      return answerOf(verdict, (value) => ({ text: sayUnlocked(value), value: lockValue(value) }));
    }
  }
}

function answerRetried(
  { configuration }: AppNeeds,
  retried: RetriedDeployment,
): { text: string; value: unknown } {
  const { startsAt } = retried;
  const say = (instant: number): string => sayTime(instant, configuration().timezone);
  const value = { ...retried, startsAt: startsAt === null ? null : isoInstant(startsAt) };
  return { text: sayRetried(retried, say), value };
}

function lockValue({ lock, ...rest }: { lock: EnvironmentLock; waiting: number[] }): unknown {
  return { ...lock, since: isoInstant(lock.since), ...rest };
}

/** A refusal is exit code 1; a time that nobody can read is a bad flag, 2. */
function answerOf<T>(
  verdict: Verdict<T>,
  say: (value: T) => { text: string; value: unknown },
): ControlAnswer {
  if (verdict.ok) return { code: 0, ...say(verdict.value) };
  const unreadable = verdict.refusals.some(({ rule }) => rule === 'time');
  return { code: unreadable ? 2 : 1, text: sayRefusals(verdict.refusals), value: null };
}
