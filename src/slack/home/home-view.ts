import type { HomeView, KnownBlock } from '@slack/types';

import type { HomeFacts } from '../../app/read-home.ts';
import { standingSentence } from '../../domain/roles.ts';
import { actions, button, context, header, section } from '../blocks.ts';
import { ids } from '../ids.ts';
import { comingBlocks } from './coming.ts';
import { environmentTexts } from './environments.ts';
import { type HomeReader, sayInstant } from './reader.ts';
import { runningBlocks } from './running.ts';
import { waitingBlocks } from './waiting.ts';

/** A Home is followed for so long after it was opened. */
export const followedMs = 3_600_000;

/** Slack takes 250 kB and 100 blocks. */
const mostBytes = 240_000;
const shownEnvironments = 30;

const divider: KnownBlock = { type: 'divider' };

/** App Home for one person: the same facts draw the same Home, so that a digest tells whether anything changed. */
export function homeView(facts: HomeFacts, reader: HomeReader): HomeView {
  if (reader.person.standing !== 'member') return strangerView(reader);
  const before = [
    ...actions('home', homeButtons(reader)),
    ...waitingBlocks(facts, reader),
    divider,
    ...runningBlocks(facts, reader),
    divider,
    ...comingBlocks(facts, reader),
    divider,
    header('What runs where'),
  ];
  const after = [context(sayFollowed(reader))];
  const texts = environmentTexts(facts, reader);
  let shown = Math.min(texts.length, shownEnvironments);
  let view = viewOf([...before, ...environmentBlocks(texts, shown, reader), ...after]);
  while (shown > 0 && Buffer.byteLength(JSON.stringify(view)) > mostBytes) {
    shown -= 1;
    view = viewOf([...before, ...environmentBlocks(texts, shown, reader), ...after]);
  }
  return view;
}

/** A Home that says one sentence. */
export function sentenceView(sentence: string): HomeView {
  return viewOf([section(sentence)]);
}

/** What stands in the channels of others is read by members only. */
function strangerView({ person }: HomeReader): HomeView {
  return sentenceView(`Deployments are shown to members only. ${standingSentence(person)}`);
}

function viewOf(blocks: KnownBlock[]): HomeView {
  return { type: 'home', blocks };
}

function homeButtons({ home }: HomeReader) {
  return [
    button(ids.newDeployment, 'New deployment', 'new', { style: 'primary' }),
    home.onlyMine
      ? button(ids.homeAll, 'Show all environments', 'all')
      : button(ids.homeMine, 'Only my environments', 'mine'),
    button(ids.settings, 'Settings', 'settings', {
      accessibilityLabel: 'Which messages reach you, and when',
    }),
  ];
}

function environmentBlocks(texts: string[], shown: number, { home }: HomeReader): KnownBlock[] {
  const none = home.onlyMine
    ? 'No environment is yours: you may deploy or approve in none, and no server of any belongs to you.'
    : 'No environment is configured.';
  if (texts.length === 0) return [section(none)];
  const more = texts.length - shown;
  return [
    ...texts.slice(0, shown).map((text) => section(text)),
    ...(more > 0 ? [context(`And ${more} more: \`/deploy status\``)] : []),
  ];
}

function sayFollowed(reader: HomeReader): string {
  const { home, person } = reader;
  return `Opened ${sayInstant(reader, home.openedAt)}. It follows what happens for an hour; open it again to go on. The calendar is in ${person.timezone}.`;
}
