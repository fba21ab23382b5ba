import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import type { AppNeeds } from './needs.ts';
import { type Operated, type OperateRun, operateRun } from './operate-run.ts';
import { alreadyDecided } from './running-deployment.ts';

/** The server at hand is finished, and nothing further begins until it is resumed. Asked twice it is one. */
export async function pauseDeployment(needs: AppNeeds, request: OperateRun): Promise<Verdict<Operated>> {
  const { by, via, number } = request;
  return await operateRun(needs, request, ({ paused }, deployment) =>
    paused
      ? refuse(alreadyDecided(deployment, 'paused', paused))
      : accept({ events: [{ type: 'paused', by, via }], answer: { number } }),
  );
}

/** Goes on with what was paused, by whoever may pause it. */
export async function resumeDeployment(needs: AppNeeds, request: OperateRun): Promise<Verdict<Operated>> {
  const { by, via, number } = request;
  return await operateRun(needs, request, ({ paused }) =>
    paused
      ? accept({ events: [{ type: 'resumed', by, via }], answer: { number } })
      : refuse(notPaused(number)),
  );
}

function notPaused(number: number): Refusal {
  return {
    rule: 'law-14',
    message: `#${number} is not paused: somebody has resumed it already.`,
    liftedBy: 'nobody',
    wayOut: `See \`/deploy show ${number}\`.`,
  };
}
