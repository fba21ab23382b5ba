import type { HomeDeployment, HomeFacts } from '../../app/read-home.ts';
import { mayLook } from '../../app/remind-of-glass.ts';
import { mayWatch } from '../../app/watch-deployment.ts';
import { mention } from '../../domain/actor.ts';
import { hasEnded } from '../../domain/deployment/deployment.ts';
import { sayBroken } from '../../wording/glass.ts';
import { actions, section } from '../blocks.ts';
import { seenButton } from '../card/glass-parts.ts';
import { watchButton } from '../card/preparation-buttons.ts';
import { encodeButton } from '../ids.ts';
import { detailsButton, type Item } from './item.ts';
import { type HomeReader, sayInstant, titleOf } from './reader.ts';

/** What somebody of the watchers' roles is asked to watch, or to take over, at night. */
export function toWatch({ unfinished }: HomeFacts, reader: HomeReader): Item[] {
  return unfinished.flatMap((one) => {
    const { deployment, environment } = one;
    const { number, startsAt, startedAt, state, preparation } = deployment;
    const { isAsked, watcher, offeredTo } = preparation.watch;
    const isOpen = watcher ? offeredTo === reader.person.id : isAsked;
    if (hasEnded(state) || !isOpen || !mayWatch(reader.configuration, environment, reader.person)) return [];
    const at = startedAt ?? startsAt;
    const when =
      at === null
        ? ''
        : `${startedAt === null ? 'Starts' : 'Started'} ${sayInstant(reader, at)}, outside working hours. `;
    const who = watcher ? `${mention(watcher)} asks you to take over.` : 'Nobody watches it yet: do you?';
    const blocks = [
      section(`*${titleOf(one)}*\n${when}${who}`),
      ...actions(`home-watch-${number}`, [watchButton(deployment), detailsOf(one)]),
    ];
    return [{ until: startsAt ?? Infinity, blocks }];
  });
}

/** Broken glass that somebody who would have approved has to look at. */
export function toLookAt({ unseen }: HomeFacts, { person, configuration }: HomeReader): Item[] {
  return unseen.flatMap((one) => {
    const { deployment, environment } = one;
    if (!mayLook({ configuration: () => configuration }, person, { deployment, environment })) return [];
    const broken = deployment.glass.broken.filter(({ seen }) => seen === null).map(sayBroken);
    const blocks = [
      section(`*${titleOf(one)}*\n${broken.join('\n')}`),
      ...actions(`home-glass-${deployment.number}`, [seenButton(deployment), detailsOf(one)]),
    ];
    return [{ until: Infinity, blocks }];
  });
}

function detailsOf({ deployment: { number, version, planHash } }: HomeDeployment) {
  return detailsButton(number, encodeButton({ number, version, planHash, question: null }));
}
