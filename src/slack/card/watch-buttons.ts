import type { Button } from '@slack/types';

import { needsWatcher } from '../../domain/calendar/night.ts';
import { type Deployment, hasEnded } from '../../domain/deployment/deployment.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { button } from '../blocks.ts';
import { encodeButton, ids } from '../ids.ts';
import { watchButton } from './preparation-buttons.ts';

/** I am watching, from when it is asked on; Hand over once somebody does. */
export function watchButtons(deployment: Deployment, plan: Plan): Button[] {
  const { watcher, offeredTo } = deployment.preparation.watch;
  if (hasEnded(deployment.state) || !isWatched(deployment, plan)) return [];
  if (!watcher) return [watchButton(deployment)];
  return [...(offeredTo === null ? [] : [watchButton(deployment)]), handOverButton(deployment)];
}

/** Whether it is one that somebody watches, or should. */
export function isWatched({ startedAt, preparation }: Deployment, plan: Plan): boolean {
  const { isAsked, watcher } = preparation.watch;
  const beganAtNight =
    startedAt !== null && plan.undoes === null && needsWatcher(plan.environment, startedAt);
  return isAsked || watcher !== null || beganAtNight;
}

function handOverButton({ number, version, planHash }: Deployment): Button {
  return button(ids.handOver, 'Hand over', encodeButton({ number, version, planHash, question: null }), {
    accessibilityLabel: `Hand the watch over deployment ${number} over`,
  });
}
