import { expect } from 'vitest';

import { dueHandlers } from '../../src/app/handle-due.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { factsOf } from '../../src/progress/facts.ts';
import { startScheduler } from '../../src/scheduler/scheduler.ts';
import { threadLine } from '../../src/wording/thread-line.ts';
import { buildRequest, type TestApp, tuesdayMorning } from './app.ts';

/** The hour of what is requested here: 21:00 in Madrid, on the day of `tuesdayMorning`. */
export const startsAt = tuesdayMorning + 12 * 3_600_000;

/** What a verdict accepted; throws what it refused. */
export function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(messagesOf(verdict));
  return verdict.value;
}

/** What a verdict refused, in its own words; '' where it said yes. */
export function messagesOf(verdict: Verdict<unknown>): string {
  return verdict.ok ? '' : verdict.refusals.map(({ message }) => message).join(' ');
}

/** A deployment as its log says. */
export async function load(app: TestApp, number: number): Promise<Deployment> {
  return value(await loadDeployment(app.store, number)).deployment;
}

/** Ana's request for tonight. */
export async function requested(app: TestApp, more = {}): Promise<Deployment> {
  const request = buildRequest({ startsAt, acceptedWarnings: 'all', ...more });
  return await load(app, value(await requestDeployment(app, request)).number);
}

/** What the thread has said since its first line. */
export async function said(app: TestApp, number: number): Promise<string[]> {
  const { plan } = value(await loadDeployment(app.store, number));
  const facts = factsOf(plan, await app.store.eventsAfter(number, 0)).slice(1);
  return facts.map((fact) => threadLine(plan, fact, (at) => new Date(at).toISOString().slice(11, 16)));
}

/** As many schedulers as given, over the one store, until nothing is due any more at this moment of the clock. */
export async function tickAt(app: TestApp, now: number, schedulers = 1): Promise<void> {
  app.clock.now = now;
  const handlers = dueHandlers(app);
  const running = Array.from({ length: schedulers }, () =>
    startScheduler({
      store: app.store,
      now: app.now,
      handle: async (due) => await handlers[due.kind](due),
      log: { error: (...problem: unknown[]) => expect(problem).toBeNull() },
    }),
  );
  await expect.poll(async () => await app.store.dueBefore(now, 10), { timeout: 20_000 }).toEqual([]);
  for (const scheduler of running) await scheduler.stop();
}
