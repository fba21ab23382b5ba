import type { KnownBlock, ModalView } from '@slack/types';

import { loadDeployment } from '../../app/load-deployment.ts';
import type { AppNeeds } from '../../app/needs.ts';
import { createHandsOf } from '../../app/voices.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { factsOf } from '../../progress/facts.ts';
import { threadLine } from '../../wording/thread-line.ts';
import { context, section } from '../blocks.ts';
import { slackInstant } from '../escape.ts';
import { deploymentCard } from './card.ts';

const shownFacts = 12;

/** A deployment in a view: what its card says, with the buttons that make sense now, and what happened last. Null: there is none. */
export async function deploymentView(
  app: AppNeeds,
  number: number,
  notice: string | null = null,
): Promise<ModalView | null> {
  const { store } = app;
  const loaded = await loadDeployment(store, number);
  if (!loaded.ok) return null;
  const { deployment, plan } = loaded.value;
  const hands = await createHandsOf(app)(deployment, plan);
  const card = deploymentCard(deployment, plan, await store.members(plan.environment.name), hands);
  const instant = (at: number): string => slackInstant(at, sayTime(at, deployment.zone));
  const facts = factsOf(plan, await store.eventsAfter(number, 0)).slice(-shownFacts);
  const lines = facts.map(
    (fact) => `${instant(fact.at)} ${threadLine(plan, fact, instant).split('\n')[0] ?? ''}`,
  );
  const said: KnownBlock[] = notice === null ? [] : [section(`*${notice}*`)];
  return {
    type: 'modal',
    title: { type: 'plain_text', text: `Deployment #${number}` },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [...said, ...card.blocks, { type: 'divider' }, context(lines.join('\n'))],
  };
}

/** A sentence in the place of a deployment. */
export function noDeploymentView(sentence: string): ModalView {
  return {
    type: 'modal',
    title: { type: 'plain_text', text: 'Deployment' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [section(sentence)],
  };
}
