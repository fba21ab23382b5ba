import type { KnownBlock } from '@slack/types';

import { mention } from '../../domain/actor.ts';
import { needsWatcher } from '../../domain/calendar/night.ts';
import { type Deployment, hasEnded } from '../../domain/deployment/deployment.ts';
import { excludedServers } from '../../domain/deployment/preparation.ts';
import { type Plan, plannedServers } from '../../domain/plan/plan.ts';
import { sayExcluded } from '../../wording/preparation.ts';
import { section } from '../blocks.ts';
import type { FactGroup } from './fact-group.ts';
import { isWatched } from './watch-buttons.ts';

/** Who watches, and at last what a named person left out (law 13). */
export function preparationLines(deployment: Deployment, plan: Plan): KnownBlock[] {
  const excluded = excludedServers(deployment.preparation, plannedServers(plan));
  return [
    ...(isWatched(deployment, plan) ? [section(sayWatch(deployment))] : []),
    ...(excluded.length > 0 ? [section(`*Excluded*: ${sayExcluded(excluded)}`)] : []),
  ];
}

function sayWatch({ state, preparation }: Deployment): string {
  const { watcher, offeredTo } = preparation.watch;
  const ended = hasEnded(state);
  if (!watcher) return ended ? 'Nobody watched it.' : '*Nobody watches it yet.*';
  const next = offeredTo === null || ended ? '' : ` <@${offeredTo}> was asked to take over.`;
  return `${mention(watcher)} ${ended ? 'watched' : 'watches'} it.${next}`;
}

/** At night a failure, or a question, calls whoever watches. */
export function watcherLine(deployment: Deployment, plan: Plan, facts: FactGroup): string[] {
  const { watcher } = deployment.preparation.watch;
  const isTrouble = facts.some(
    ({ event, matters, at }) =>
      matters &&
      ['attempt_ended', 'question_asked', 'rollback_announced', 'rollback_failed'].includes(event.type) &&
      needsWatcher(plan.environment, at),
  );
  return watcher && isTrouble ? [`${mention(watcher)}, you watch this one.`] : [];
}
