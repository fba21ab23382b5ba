import { type LoadedDeployment, loadDeployment } from '../app/load-deployment.ts';
import type { AppNeeds } from '../app/needs.ts';
import { mention } from '../domain/actor.ts';
import { sayTime } from '../domain/calendar/calendar.ts';
import { sayChoice } from '../domain/deployment/choice.ts';
import { sayLock } from '../domain/deployment/lock.ts';
import type { StoredEvent } from '../domain/events/deployment-event.ts';
import { planTitle } from '../domain/plan/plan.ts';
import { factsOf } from '../progress/facts.ts';
import { countProgress } from '../progress/numbers.ts';
import { serverStandings } from '../progress/server-states.ts';
import type { MemberService } from '../store/facts.ts';
import { sayNumbers } from '../wording/numbers.ts';
import { sayRefusals } from '../wording/refusal.ts';
import { sayStart } from '../wording/start-hour.ts';
import { sayEnd } from '../wording/state.ts';
import { threadLine } from '../wording/thread-line.ts';
import { forProgram, forTerminal, isoInstant, wordForWord } from './names.ts';
import type { ControlAnswer } from './protocol.ts';

interface Shown extends LoadedDeployment {
  events: StoredEvent[];
  members: MemberService[];
}

/** `show N`: one deployment with everything that happened. */
export async function answerShow(app: AppNeeds, number: number): Promise<ControlAnswer> {
  const { store } = app;
  const loaded = await loadDeployment(store, number);
  if (!loaded.ok) return { code: 1, text: await forTerminal(app, sayRefusals(loaded.refusals)), value: null };
  const shown = {
    ...loaded.value,
    events: await store.eventsAfter(number, 0),
    members: await store.members(loaded.value.plan.environment.name),
  };
  return { code: 0, text: await asText(app, shown), value: asValue(shown) };
}

/** What people wrote stands there word for word; everything else are our own sentences. */
async function asText(app: AppNeeds, shown: Shown): Promise<string> {
  const { plan, events, deployment } = shown;
  const say = (instant: number): string => sayTime(instant, deployment.zone);
  const facts = factsOf(plan, events).map(async (fact) => [
    await forTerminal(app, `${say(fact.at)}  ${threadLine(plan, fact, say)}`),
    ...fact.lastLines.map((line) => `    ${wordForWord(line)}`),
  ]);
  return [
    await forTerminal(app, sayHead(shown)),
    `Reason: ${wordForWord(deployment.reason)}`,
    '',
    ...(await Promise.all(facts)).flat(),
  ].join('\n');
}

function sayHead({ deployment, plan, members }: Shown): string {
  const { number, zone, requestedBy, requestedVia, lock, question } = deployment;
  const say = (instant: number): string => sayTime(instant, zone);
  const asked = mention({ by: requestedBy, via: requestedVia });
  return [
    `#${number} ${planTitle(plan)} → ${plan.environment.name}`,
    `${sayEnd(deployment)} · ${sayStart(deployment, say)} · asked by ${asked}`,
    sayNumbers(countProgress(deployment, plan, members)),
    ...(lock ? [sayLock({ ...lock, environment: plan.environment.name }, say(lock.since))] : []),
    ...(question
      ? [
          `A question: ${question.text} If nobody answers until ${say(question.deadlineAt)}: ${sayChoice(question.defaultChoice)}.`,
        ]
      : []),
  ].join('\n');
}

function asValue({ deployment, plan, events, members }: Shown): unknown {
  const { number, state, attempt, endedBy, question, zone } = deployment;
  const lines = new Map(
    factsOf(plan, events).map((fact) => [
      fact.version,
      forProgram(threadLine(plan, fact, (instant) => sayTime(instant, zone))),
    ]),
  );
  return {
    number,
    state,
    attempt,
    endedBy: endedBy === null ? null : forProgram(endedBy),
    servers: serverStandings(plan, events, members),
    question: question && { ...question, deadlineAt: isoInstant(question.deadlineAt) },
    events: events.map(({ version, at, event }) => ({
      version,
      at: isoInstant(at),
      ...event,
      text: lines.get(version) ?? null,
    })),
  };
}
