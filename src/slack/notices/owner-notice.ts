import { sayTime } from '../../domain/calendar/calendar.ts';
import { type Deployment, hasEnded } from '../../domain/deployment/deployment.ts';
import { sayState } from '../../domain/deployment/say-state.ts';
import { approvedAsOwner } from '../../domain/deployment/seats.ts';
import type { OwnedServers } from '../../domain/events/preparation-event.ts';
import { planTitle } from '../../domain/plan/plan.ts';
import { actions, type MessageContent, section } from '../blocks.ts';
import { answersOfOwner, changesPreparation } from '../card/preparation-buttons.ts';
import { mrkdwn, slackInstant } from '../escape.ts';
import { linkToCard } from './notice-blocks.ts';
import type { NoticeFacts, NoticeMaker } from './notice.ts';

/** Asks the owners of servers before they are deployed to, and keeps saying what holds of their answer. */
export const ownerNotices: NoticeMaker = async (facts) => {
  const { deployment, news } = facts;
  const { consent } = deployment.preparation;
  if (!consent || !news.some(({ event }) => changesPreparation(event))) return [];
  return consent.owners.map((owned) => ({
    to: owned.owner,
    key: `notice:consent:${deployment.number}:${owned.owner}`,
    about: 'owner',
    content: askOwner(facts, owned),
  }));
};

function askOwner({ deployment, plan, cardLink }: NoticeFacts, owned: OwnedServers): MessageContent {
  const title = `*#${deployment.number}* ${planTitle(plan)} → ${plan.environment.name}`;
  const what = `${title} is about your ${owned.servers.join(', ')}.`;
  const said = sayAnswer(deployment, owned);
  const isOpen = deployment.attempt === 0 && !hasEnded(deployment.state);
  return {
    text: mrkdwn(`${what} ${said}`),
    blocks: [
      section(`${what}\n${said}`),
      ...(isOpen ? actions('consent', answersOfOwner(deployment)) : []),
      ...linkToCard(cardLink),
    ],
  };
}

/** What holds now, in the owner's own words as far as there are any. */
function sayAnswer(deployment: Deployment, { owner, servers }: OwnedServers): string {
  const { startsAt, attempt, startedAt, state, preparation } = deployment;
  const out = servers.filter((server) => preparation.excluded.has(server));
  const left = out.length === 0 ? 'Nothing of yours is left out.' : `Left out: ${out.join(', ')}.`;
  if (attempt > 0) return `It began ${when(deployment, startedAt)}. ${left}`;
  if (hasEnded(state)) return `It will not run: ${sayState(state)}.`;
  const starts = `It starts ${when(deployment, startsAt)}.`;
  if (out.length > 0) return `${starts} ${left} You may still change your mind.`;
  if (preparation.agreed.has(owner)) return `${starts} You said it is fine, and may still change your mind.`;
  if (approvedAsOwner(deployment.votes, owner))
    return `${starts} You approved it, so it goes ahead without another answer.`;
  const silence = preparation.consent?.silence === 'no' ? 'they are left out' : 'it goes ahead';
  return `${starts} Is that fine? Without an answer until then ${silence}.`;
}

function when({ zone }: Deployment, instant: number | null): string {
  return instant === null ? 'now' : slackInstant(instant, sayTime(instant, zone));
}
