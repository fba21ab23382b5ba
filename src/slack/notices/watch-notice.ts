import { mention } from '../../domain/actor.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { type Deployment, hasEnded } from '../../domain/deployment/deployment.ts';
import { sayState } from '../../domain/deployment/say-state.ts';
import { type Plan, planTitle } from '../../domain/plan/plan.ts';
import { actions, type MessageContent, section } from '../blocks.ts';
import { changesPreparation, watchButton } from '../card/preparation-buttons.ts';
import { mrkdwn, slackInstant } from '../escape.ts';
import { linkToCard } from './notice-blocks.ts';
import type { NoticeFacts, NoticeMaker } from './notice.ts';

/** Asks those who may watch at night, and tells them who does. */
export const watchNotices: NoticeMaker = async (facts) => {
  const { deployment, plan, news, peopleOfRole } = facts;
  const { isAsked, offeredTo } = deployment.preparation.watch;
  const concerns = news.some(({ event }) => changesPreparation(event) || event.type === 'question_asked');
  if (!isAsked || !concerns) return [];
  const people = await Promise.all((plan.environment.watcher?.from ?? []).map(peopleOfRole));
  const asked = new Set([...people.flat(), ...(offeredTo === null ? [] : [offeredTo])]);
  return [...asked].map((to) => ({
    to,
    key: `notice:watch:${deployment.number}:${to}`,
    about: 'watch',
    content: askToWatch(facts, to),
  }));
};

function askToWatch({ deployment, plan, cardLink }: NoticeFacts, to: string): MessageContent {
  const words = `${sayWhat(deployment, plan)} ${sayWho(deployment, to)}`;
  const { watcher, offeredTo } = deployment.preparation.watch;
  const isOpen = !hasEnded(deployment.state) && (!watcher || offeredTo === to);
  return {
    text: mrkdwn(words),
    blocks: [
      section(words),
      ...(isOpen ? actions('watch', [watchButton(deployment, 'primary')]) : []),
      ...linkToCard(cardLink),
    ],
  };
}

function sayWhat({ number, zone, startsAt, startedAt }: Deployment, plan: Plan): string {
  const at = startedAt ?? startsAt;
  const when = at === null ? 'now' : slackInstant(at, sayTime(at, zone));
  const title = `*#${number}* ${planTitle(plan)} → ${plan.environment.name}`;
  return `${title} ${startedAt === null ? 'starts' : 'started'} ${when}, outside working hours.`;
}

function sayWho({ state, preparation }: Deployment, to: string): string {
  const { watcher, offeredTo } = preparation.watch;
  if (hasEnded(state)) return `It has ended: ${sayState(state)}.`;
  if (!watcher) return 'Nobody watches it yet: do you?';
  if (offeredTo === to) return `${mention(watcher)} asks you to take over.`;
  return watcher.by === to ? 'You watch it.' : `${mention(watcher)} watches it.`;
}
