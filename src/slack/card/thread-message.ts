import type { KnownBlock } from '@slack/types';

import { sayTime } from '../../domain/calendar/calendar.ts';
import type { Deployment } from '../../domain/deployment/deployment.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { Fact } from '../../progress/facts.ts';
import type { LogPlace } from '../../store/store.ts';
import { threadLine } from '../../wording/thread-line.ts';
import { actions, context, type MessageContent, output, quotation, section } from '../blocks.ts';
import { cut, maxSectionLength, mrkdwn, slackInstant } from '../escape.ts';
import { sayPlace } from '../outbox/anchor.ts';
import { answerButtons } from './answer-buttons.ts';
import { hasPreparationButtons, preparationButtons } from './preparation-buttons.ts';
import { watcherLine } from './preparation-lines.ts';

/** The facts of one message: those that became known together, unless one needs room or attention of its own. */
export type FactGroup = [Fact, ...Fact[]];

const longestGroup = 12;

/** Puts facts that became known together into one message each: the thread stays short and keeps up (1 post a second). */
export function groupFacts(facts: Fact[]): FactGroup[] {
  const groups: FactGroup[] = [];
  for (const fact of facts) {
    const last = groups.at(-1);
    if (last && last.length < longestGroup && !standsAlone(fact) && !last.some(standsAlone)) last.push(fact);
    else groups.push([fact]);
  }
  return groups;
}

function standsAlone({ event, lastLines, matters }: Fact): boolean {
  return (
    hasPreparationButtons(event) ||
    matters ||
    lastLines.length > 0 ||
    event.type === 'requested' ||
    event.type === 'rejected'
  );
}

/** A group of facts as a message of the thread, a line each; at an attempt's end with its place in the log. */
export function threadMessage(
  deployment: Deployment,
  plan: Plan,
  facts: FactGroup,
  place: LogPlace | null = null,
): MessageContent {
  const instant = (at: number): string => slackInstant(at, sayTime(at, deployment.zone));
  const told = facts.map((fact) => threadLine(plan, fact, instant));
  const lines = [...told, ...watcherLine(deployment, plan, facts)].join('\n');
  return {
    text: cut(mrkdwn(lines), maxSectionLength),
    blocks: [
      section(lines),
      ...facts.flatMap(detailsOf),
      ...facts.flatMap((fact) => buttonsOf(deployment, fact)),
      ...facts.flatMap((fact) => preparationButtons(deployment, fact)),
      ...(place ? [context(`log \`${sayPlace(place)}\``)] : []),
    ],
  };
}

/** A question carries its answers until it has one. */
function buttonsOf(deployment: Deployment, { event, version }: Fact): KnownBlock[] {
  const isOpen = event.type === 'question_asked' && event.question.id === deployment.question?.id;
  return isOpen ? actions(`question-${version}`, answerButtons(deployment)) : [];
}

function detailsOf({ event, lastLines }: Fact): KnownBlock[] {
  return [
    ...(event.type === 'requested' || event.type === 'rejected'
      ? [quotation('Reason', event.reason, 3_000)]
      : []),
    ...(lastLines.length > 0 ? [output(lastLines)] : []),
  ];
}
