import { mention } from '../actor.ts';
import { sayTime } from '../calendar/calendar.ts';
import { lockedRefusal } from '../deployment/lock.ts';
import { refuseRequester } from '../roles.ts';
import type { Refusal } from '../verdict.ts';
import { type Busy, byConfiguration, type Finding, type PreconditionFacts, type Rule } from './rule.ts';

/** Who may deploy (D-19), and whether the environment is open for it (D-20, D-21). */
export const openRules: Rule[] = [
  {
    rule: 'D-19',
    holds: 'The requester may deploy these revisions here.',
    concerns: ({ person }) => person !== null,
    check: ({ person, configuration, plan }) =>
      person && refuseRequester(person, configuration, plan.environment, plan.revisions),
  },
  {
    rule: 'lock',
    holds: 'The environment is open.',
    concerns: ({ lock }) => lock !== null,
    check: ({ lock, configuration, plan }) => lock && lockedRefusal(lock, configuration, plan.environment),
  },
  { rule: 'D-20', holds: 'Deployments are switched on.', check: checkEnabled },
  {
    rule: 'D-21',
    holds: 'One deployment at a time runs in an environment; the start makes sure of it.',
    check: checkBusy,
  },
];

function checkEnabled({ plan: { environment } }: PreconditionFacts): Refusal | null {
  if (environment.deploymentsEnabled) return null;
  return {
    rule: 'D-20',
    message: `Deployments are switched off for \`${environment.name}\`.`,
    liftedBy: byConfiguration,
    wayOut: 'Set deployments.enabled to true, or choose another environment.',
  };
}

/** What is to start at an hour, and what undoes another deployment, waits for its turn. */
function checkBusy({ plan, busy, startsNow }: PreconditionFacts): Finding {
  if (busy === null) return null;
  const { name, timezone, whenBusy } = plan.environment;
  const message = sayBusy(busy, name, timezone);
  if (whenBusy === 'queue' || plan.undoes) return { news: `${message} This one waits for its turn.` };
  if (!startsNow) return { news: `${message} If it still runs at the start, this one does not begin.` };
  return {
    rule: 'D-21',
    message,
    liftedBy: `${mention({ by: busy.requestedBy })} or whoever stops it`,
    wayOut: `Wait for its end (\`/deploy show ${busy.number}\`), or choose a later time.`,
  };
}

/** `Deployment #41 by @ana is running in shop since 20:04 (3 of 6 servers).` */
function sayBusy(busy: Busy, environment: string, timezone: string): string {
  const { number, requestedBy, since, done, servers } = busy;
  const by = mention({ by: requestedBy });
  return `Deployment #${number} by ${by} is running in \`${environment}\` since ${sayTime(since, timezone)} (${done} of ${servers} servers).`;
}
