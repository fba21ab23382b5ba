import type { KnownBlock, SectionBlock } from '@slack/types';

import type { HomeDeployment, HomeFacts } from '../../app/read-home.ts';
import { sayLock } from '../../domain/deployment/lock.ts';
import { countProgress } from '../../progress/numbers.ts';
import { sayNumbers } from '../../wording/numbers.ts';
import { sayEnd } from '../../wording/state.ts';
import { context, header, section } from '../blocks.ts';
import { bar } from '../card/card.ts';
import { ids } from '../ids.ts';
import { type HomeReader, sayInstant, titleOf, wantsToSee } from './reader.ts';

const shownRunning = 10;

/** What is under way or waits for its environment, with how far it is and the way to its card. */
export function runningBlocks(facts: HomeFacts, reader: HomeReader): KnownBlock[] {
  const running = facts.unfinished.filter(
    ({ environment, summary }) => facts.plans.has(summary.number) && wantsToSee(reader, environment),
  );
  if (running.length === 0) return [header('Running'), section('Nothing is running.')];
  const more = running.length - shownRunning;
  return [
    header(`Running (${running.length})`),
    ...running.slice(0, shownRunning).map((one) => runningSection(facts, reader, one)),
    ...(more > 0 ? [context(`And ${more} more: \`/deploy list\``)] : []),
  ];
}

function runningSection(facts: HomeFacts, reader: HomeReader, one: HomeDeployment): SectionBlock {
  const { number } = one.summary;
  const link = reader.linkTo(one.card);
  const words = section([`*${titleOf(one)}*`, stateLine(reader, one), ...progress(facts, one)].join('\n'));
  return link === null ? words : { ...words, accessory: cardButton(number, link) };
}

function stateLine(reader: HomeReader, { deployment, environment }: HomeDeployment): string {
  const { startedAt, lock, question } = deployment;
  const since = startedAt === null ? '' : ` since ${sayInstant(reader, startedAt)}`;
  const asks = question ? `: ${question.text}` : '';
  const locked = lock
    ? ` · ${sayLock({ ...lock, environment: environment.name }, sayInstant(reader, lock.since))}`
    : '';
  return `${sayEnd(deployment)}${since}${asks}${locked}`;
}

/** What has not begun has no progress yet. */
function progress(facts: HomeFacts, { deployment, environment }: HomeDeployment): string[] {
  const plan = facts.plans.get(deployment.number);
  if (!plan || deployment.attempt === 0) return [];
  const known = facts.environments.find(({ environment: { name } }) => name === environment.name);
  const numbers = countProgress(deployment, plan, known?.members ?? []);
  return [`${bar(numbers)}  ${sayNumbers(numbers)}`];
}

function cardButton(number: number, url: string): NonNullable<SectionBlock['accessory']> {
  return {
    type: 'button',
    action_id: ids.openCard,
    text: { type: 'plain_text', text: 'Open card', emoji: false },
    url,
    accessibility_label: `Open the card of deployment ${number}`,
  };
}
