import type { Due, DueKind } from '../store/due.ts';
import { answerByDefault } from './answer-question.ts';
import { askOwners } from './ask-owners.ts';
import { endWindow } from './end-window.ts';
import { expireDeployment } from './expire-deployment.ts';
import { lapseGlass } from './lapse-glass.ts';
import type { AppNeeds } from './needs.ts';
import { concludeRehearsal, rehearseDeployment } from './rehearse-deployment.ts';
import { remindOfDeployment } from './remind-deployment.ts';
import { remindOfGlass } from './remind-of-glass.ts';
import { rollBackWhenDue } from './roll-back-deployment.ts';
import { sayWhatWaits } from './say-what-waits.ts';
import { startDeployment } from './start-deployment.ts';
import { askForWatcher } from './watch-deployment.ts';

/** What each kind of due row does. Every one checks for itself that it is still due, so that twice does no harm. */
export function dueHandlers(needs: AppNeeds): Record<DueKind, (due: Due) => Promise<void>> {
  return {
    start: async ({ deployment }) => await startDeployment(needs, deployment),
    expire: async ({ deployment }) => await expireDeployment(needs, deployment),
    remind: async ({ deployment, at }) => await remindOfDeployment(needs, deployment, at),
    rollback: async ({ deployment }) => await rollBackWhenDue(needs, deployment),
    'window-end': async ({ deployment }) => await endWindow(needs, deployment),
    minutes: async ({ deployment }) => await sayWhatWaits(needs, deployment),
    'glass-lapse': async ({ deployment }) => await lapseGlass(needs, deployment),
    'glass-seen': async ({ deployment, at }) => await remindOfGlass(needs, deployment, at),
    rehearsal: async ({ deployment, at }) => await rehearseDeployment(needs, deployment, at),
    'rehearsal-end': async ({ deployment }) => await concludeRehearsal(needs, deployment),
    consent: async ({ deployment, at }) => await askOwners(needs, deployment, at),
    watch: async ({ deployment }) => await askForWatcher(needs, deployment),
    question: async ({ deployment }) => await answerByDefault(needs, deployment),
  };
}
