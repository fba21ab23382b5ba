import type { Due, DueKind } from '../store/store.ts';
import { answerByDefault } from './answer-question.ts';
import { endWindow } from './end-window.ts';
import { expireDeployment } from './expire-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { remindOfDeployment } from './remind-deployment.ts';
import { rollBackWhenDue } from './roll-back-deployment.ts';
import { sayWhatWaits } from './say-what-waits.ts';
import { startDeployment } from './start-deployment.ts';

/** What each kind of due row does. Every one checks for itself that it is still due, so that twice does no harm. */
export function dueHandlers(needs: AppNeeds): Record<DueKind, (due: Due) => Promise<void>> {
  return {
    start: async ({ deployment }) => await startDeployment(needs, deployment),
    expire: async ({ deployment }) => await expireDeployment(needs, deployment),
    remind: async ({ deployment, at }) => await remindOfDeployment(needs, deployment, at),
    rollback: async ({ deployment }) => await rollBackWhenDue(needs, deployment),
    'window-end': async ({ deployment }) => await endWindow(needs, deployment),
    minutes: async ({ deployment }) => await sayWhatWaits(needs, deployment),
    question: async ({ deployment }) => await answerByDefault(needs, deployment),
  };
}
