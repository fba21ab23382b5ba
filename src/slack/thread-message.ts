import type { KnownBlock } from '@slack/types';

import { sayTime } from '../domain/calendar.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Plan } from '../domain/plan.ts';
import type { Fact } from '../progress/facts.ts';
import { threadLine } from '../wording/thread-line.ts';
import { type MessageContent, output, quotation, section } from './blocks.ts';
import { cut, mrkdwn, slackInstant } from './escape.ts';

/** One fact as a message of the thread. */
export function threadMessage(deployment: Deployment, plan: Plan, fact: Fact): MessageContent {
  const line = threadLine(plan, fact, (instant) => slackInstant(instant, sayTime(instant, deployment.zone)));
  const { event, lastLines } = fact;
  const more: KnownBlock[] = [
    ...(event.type === 'requested' ? [quotation('Reason', event.reason)] : []),
    ...(event.type === 'rejected' ? [quotation('Reason', event.reason)] : []),
    ...(lastLines.length > 0 ? [output(lastLines)] : []),
  ];
  return { text: cut(mrkdwn(line), 3_000), blocks: [section(line), ...more] };
}
