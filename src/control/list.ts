import type { AppNeeds } from '../app/needs.ts';
import { sayTime } from '../domain/calendar/calendar.ts';
import { sayLock } from '../domain/deployment/lock.ts';
import { sayListed } from '../wording/listed.ts';
import { forTerminal, isoInstant } from './names.ts';
import type { ControlAnswer } from './protocol.ts';

const shownDeployments = 50;

/** `list`: locked environments first, then the newest deployments. */
export async function answerList(app: AppNeeds): Promise<ControlAnswer> {
  const { store, configuration } = app;
  const locks = await store.locks();
  const deployments = await store.list({ limit: shownDeployments });
  const say = (instant: number): string => sayTime(instant, configuration().timezone);
  const lines = [
    ...locks.map((lock) => sayLock(lock, say(lock.since))),
    ...deployments.map((deployment) => sayListed(deployment, say)),
  ];
  return {
    code: 0,
    text: lines.length === 0 ? 'Nothing was deployed yet.' : await forTerminal(app, lines.join('\n')),
    value: {
      locks: locks.map(({ since, ...lock }) => ({ ...lock, since: isoInstant(since) })),
      deployments: deployments.map(
        ({ number, title, environment, state, attempt, requestedBy, startsAt }) => ({
          number,
          title,
          environment,
          state,
          attempt,
          requestedBy,
          startsAt: startsAt === null ? null : isoInstant(startsAt),
        }),
      ),
    },
  };
}
