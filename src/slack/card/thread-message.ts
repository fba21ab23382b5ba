import type { KnownBlock } from '@slack/types';

import type { Run } from '../../domain/attempt/run.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import type { Deployment } from '../../domain/deployment/deployment.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { Fact } from '../../progress/facts.ts';
import type { LogPlace } from '../../store/log-head.ts';
import { type ReadBackOf, attemptTable, sayNotBegun } from '../../wording/server-table.ts';
import { isPlain, threadLines } from '../../wording/thread-lines.ts';
import { type MessageContent, actions, context, output, quotation, section } from '../blocks.ts';
import { cut, maxSectionLength, mrkdwn, slackInstant } from '../escape.ts';
import { sayPlace } from '../outbox/anchor.ts';
import { answerButtons } from './answer-buttons.ts';
import type { FactGroup } from './fact-group.ts';
import { isPlanFact, planMessages } from './plan-message.ts';
import { hasPreparationButtons, preparationButtons } from './preparation-buttons.ts';
import { watcherLine } from './preparation-lines.ts';
import { withTable } from './with-table.ts';

const longestGroup = 12;
/** Servers that fared alike share a line, however many they are. */
const longestPlainGroup = 200;

/** Puts facts that became known together into one message each: the thread stays short and keeps up (1 post a second). */
export function groupFacts(facts: Fact[]): FactGroup[] {
  const groups: FactGroup[] = [];
  for (const fact of facts) {
    const last = groups.at(-1);
    if (last && hasRoom(last, fact) && !standsAlone(fact) && !last.some(standsAlone)) last.push(fact);
    else groups.push([fact]);
  }
  return groups;
}

function hasRoom(group: FactGroup, fact: Fact): boolean {
  const ownLines = [...group, fact].filter((each) => !isPlain(each)).length;
  return ownLines <= longestGroup && group.length < longestPlainGroup;
}

function standsAlone(fact: Fact): boolean {
  const { event, lastLines, matters } = fact;
  return (
    hasPreparationButtons(event) ||
    matters ||
    lastLines.length > 0 ||
    isPlanFact(fact) ||
    event.type === 'rejected'
  );
}

/** What a group of facts is told from. */
export interface ThreadNeeds {
  /** As it stands now: it says which question is open. */
  deployment: Deployment;
  plan: Plan;
  /** The attempt that one of them ended, as it stood then; null where none did. */
  ended: Run | null;
  /** Where the end of the attempt stands in the log; null where none ended. */
  place: LogPlace | null;
  readBackOf: ReadBackOf;
}

/** A group of facts as messages of the thread: mostly one, and more where a table of servers is long. */
export function threadMessages(needs: ThreadNeeds, facts: FactGroup): [MessageContent, ...MessageContent[]] {
  const { deployment, plan, ended } = needs;
  const [fact] = facts;
  const content = threadMessage(deployment, plan, facts, needs.place);
  if (isPlanFact(fact)) {
    const shown = planMessages({ ...needs, fact });
    // A change is also said in the channel, and there it stays short.
    return fact.matters ? [content, ...shown] : shown;
  }
  const table = ended && attemptTable(plan, ended);
  if (!table || table.rows.length < 2) return [content];
  const title = `The servers of attempt ${ended.attempt} of #${deployment.number}`;
  const notBegun = sayNotBegun(plan, ended);
  // What is also said in the channel stays short there: the table is the thread's.
  if (facts.some(({ matters }) => matters)) {
    const words = `${title}. ${notBegun}`.trim();
    return [content, ...withTable({ text: words, blocks: [context(words)] }, table, `${title} go on`)];
  }
  const blocks = [...content.blocks, ...(notBegun === '' ? [] : [context(notBegun)])];
  return withTable({ text: content.text, blocks }, table, `${title} go on`);
}

/** A group of facts as one message of the thread, without any table; at an attempt's end with its place in the log. */
export function threadMessage(
  deployment: Deployment,
  plan: Plan,
  facts: FactGroup,
  place: LogPlace | null = null,
): MessageContent {
  const instant = (at: number): string => slackInstant(at, sayTime(at, deployment.zone));
  const told = threadLines(plan, facts, instant);
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
