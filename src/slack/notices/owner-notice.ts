import { sayTime } from '../../domain/calendar/calendar.ts';
import { type Deployment, hasEnded } from '../../domain/deployment/deployment.ts';
import { planTitle } from '../../domain/plan/plan.ts';
import type { OwnedServers } from '../../domain/preparation-events.ts';
import { actions, context, type MessageContent, section } from '../blocks.ts';
import { answersOfOwner, changesPreparation } from '../card/preparation-buttons.ts';
import { mrkdwn, slackInstant } from '../escape.ts';
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
  const { number, zone, startsAt } = deployment;
  const when = startsAt === null ? 'now' : slackInstant(startsAt, sayTime(startsAt, zone));
  const what = `*#${number}* deploys ${planTitle(plan)} to your ${owned.servers.join(', ')} ${when}.`;
  const said = sayAnswer(deployment, owned);
  const isOpen = deployment.attempt === 0 && !hasEnded(deployment.state);
  return {
    text: mrkdwn(`${what} ${said}`),
    blocks: [
      section(`${what}\n${said}`),
      ...(isOpen ? actions('consent', answersOfOwner(deployment)) : []),
      ...(cardLink === null ? [] : [context(cardLink)]),
    ],
  };
}

/** What holds now, in the owner's own words as far as there are any. */
function sayAnswer(deployment: Deployment, { owner, servers }: OwnedServers): string {
  const { number, zone, attempt, startedAt, state, preparation } = deployment;
  const out = servers.filter((server) => preparation.excluded.has(server));
  const left = out.length === 0 ? '' : `Left out: ${out.join(', ')}.`;
  if (attempt > 0)
    return `It began ${startedAt === null ? '' : sayTime(startedAt, zone)}; nothing can be answered any more. ${left}`.trim();
  if (hasEnded(state)) return `#${number} will not run: ${state.replaceAll('_', ' ')}.`;
  if (out.length > 0) return `${left} You may still change your mind.`;
  if (preparation.agreed.has(owner)) return 'You said it is fine. You may still change your mind.';
  return preparation.consent?.silence === 'no'
    ? 'Is that fine? Without an answer until then they are left out.'
    : 'Is that fine? Without an answer until then it goes ahead.';
}
