import type { KnownBlock } from '@slack/types';

import { system } from '../../domain/actor.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import type { DeploymentEvent } from '../../domain/events/deployment-event.ts';
import type { ServerState } from '../../domain/events/states.ts';
import { type Fact, failureOf } from '../../progress/facts.ts';
import { sayEnd } from '../../wording/state.ts';
import { threadLine } from '../../wording/thread-line.ts';
import { actions, context, output, quotation, section } from '../blocks.ts';
import { slackInstant } from '../escape.ts';
import { detailsButton, noticeContent } from './notice-blocks.ts';
import type { Notice, NoticeFacts, NoticeMaker } from './notice.ts';
import { ownKey } from './own-notice.ts';

/**
 * Tells a requester how their own deployment goes: one message that is edited, and a new one where it fails, needs
 * somebody or ends, so that it is noticed.
 */
export const ownNotices: NoticeMaker = async (facts) => {
  const { deployment, news } = facts;
  const to = deployment.requestedBy;
  if (to === system) return [];
  const needed = news.filter(isNeeded);
  const last = needed.at(-1);
  const end = last ? undefined : news.findLast(({ event }) => isEnd(event));
  const about = 'own';
  const keyOf = (kind: 'news' | 'needed', which: string | number): string =>
    ownKey(deployment.number, { kind, which, to });
  const noticeOf = (key: string, told: Fact[]): Notice => ({
    to,
    about,
    key,
    content: toldContent(facts, told),
  });
  return [
    ...(news.some(({ event }) => isTurn(event))
      ? [{ to, about, key: keyOf('news', 'state'), content: stateContent(facts) } satisfies Notice]
      : []),
    ...(last ? [noticeOf(keyOf('needed', last.version), needed)] : []),
    ...(end ? [noticeOf(keyOf('news', end.version), [end])] : []),
  ];
};

/** Something failed or stands still. Who can answer a question is asked by a message of its own. */
function isNeeded({ event, matters }: Fact): boolean {
  return (matters && event.type !== 'question_asked') || event.type === 'rejected';
}

const turns: DeploymentEvent['type'][] = [
  'attempt_started',
  'question_asked',
  'question_answered',
  'paused',
  'resumed',
];

function isTurn(event: DeploymentEvent): boolean {
  return turns.includes(event.type) || isEnd(event);
}

function isEnd({ type }: DeploymentEvent): boolean {
  return type === 'attempt_ended' || type === 'cancelled';
}

function stateContent(facts: NoticeFacts) {
  const state = sayEnd(facts.deployment);
  return noticeContent(facts, state, [
    section(`Your deployment is *${state}*.`),
    ...actions('own', [detailsButton(facts.deployment)]),
  ]);
}

function toldContent(facts: NoticeFacts, told: Fact[]) {
  const { deployment, plan } = facts;
  const instant = (at: number): string => slackInstant(at, sayTime(at, deployment.zone));
  const lines = told.map((fact) => threadLine(plan, fact, instant));
  return noticeContent(facts, sayEnd(deployment), [
    section(`*Your deployment: ${sayEnd(deployment)}*\n${lines.join('\n')}`),
    ...told.flatMap(({ event }) => (event.type === 'rejected' ? [quotation('Reason', event.reason)] : [])),
    ...failedServers(facts),
    ...actions('own', [detailsButton(deployment)]),
  ]);
}

const shownServers = 3;
const notDone: ServerState[] = ['error', 'unknown', 'rolled_back'];

/** At the end of an attempt the servers that failed in it, with what they printed last. */
function failedServers({ deployment, plan, news }: NoticeFacts): KnownBlock[] {
  if (!deployment.run || !news.some(({ event }) => event.type === 'attempt_ended')) return [];
  const failed = [...deployment.run.servers].filter(([, { state }]) => notDone.includes(state));
  const more = failed.slice(shownServers).map(([server]) => server);
  return [
    ...failed.slice(0, shownServers).flatMap(([server, { message }]) => {
      const { lastLines: lines } = failureOf(plan, deployment, server);
      const why = message === null ? '' : `: ${message}`;
      return [section(`*${server}*${why}`), ...(lines.length > 0 ? [output(lines)] : [])];
    }),
    ...(more.length > 0 ? [context(`Failed as well: ${more.join(', ')}`)] : []),
  ];
}
