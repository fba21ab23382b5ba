import { sayTime } from '../domain/calendar.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Environment } from '../domain/environment.ts';
import type { DeploymentEvent } from '../domain/events.ts';
import { accept, refuse } from '../domain/verdict.ts';
import type { DueChange, Lease } from '../store/store.ts';
import { decide } from './decide.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';

/** The hour of a scheduled deployment has come: it queues for its environment, or its lateness is decided (law 9). */
export async function startDeployment(needs: AppNeeds, number: number): Promise<void> {
  await decide<null>(needs, number, async ({ deployment, plan }) => {
    if (deployment.state !== 'scheduled' || (deployment.startsAt ?? 0) > needs.now())
      return refuse({ rule: 'law-9', message: 'not due', liftedBy: 'nobody', wayOut: '' });
    const environment = currentEnvironment(needs.configuration(), plan);
    const lease = await needs.store.lease(environment.name);
    const { events, due } = decideStart(deployment, environment, lease, needs.now());
    return accept({ events, due: [{ remove: 'start' }, { remove: 'remind' }, ...due], answer: null });
  });
}

interface Start {
  events: [DeploymentEvent, ...DeploymentEvent[]];
  due: DueChange[];
}

function decideStart(
  deployment: Deployment,
  environment: Environment,
  lease: Lease | null,
  now: number,
): Start {
  const startsAt = deployment.startsAt ?? now;
  const { graceMinutes, onMissed } = environment.schedule;
  if (now - startsAt > graceMinutes * 60_000 && onMissed !== 'run')
    return onMissed === 'ask'
      ? askMissed(deployment, environment, startsAt, now)
      : skipMissed(deployment, startsAt);
  if (lease && environment.whenBusy === 'refuse') {
    const reason = `D-21: #${lease.deployment} was running in ${environment.name} when #${deployment.number} was to start`;
    return { events: [{ type: 'missed', reason }], due: [] };
  }
  return { events: [{ type: 'queued', behind: lease?.deployment ?? null }], due: [] };
}

function skipMissed({ zone }: Deployment, startsAt: number): Start {
  const reason = `Lamplighter was not running at ${sayTime(startsAt, zone)}, and a missed start is skipped here`;
  return { events: [{ type: 'missed', reason }], due: [] };
}

function askMissed(
  { number, zone }: Deployment,
  environment: Environment,
  startsAt: number,
  now: number,
): Start {
  const deadlineAt = now + environment.questions.deadlineMinutes * 60_000;
  const late = Math.round((now - startsAt) / 60_000);
  const question = {
    id: `missed-${now}`,
    kind: 'missed-start' as const,
    text: `#${number} was to start at ${sayTime(startsAt, zone)}, and Lamplighter was not running. It is ${late} minutes late.`,
    task: null,
    group: null,
    choices: ['start' as const, 'skip' as const],
    defaultChoice: 'skip' as const,
    deadlineAt,
  };
  return { events: [{ type: 'question_asked', question }], due: [{ add: 'question', at: deadlineAt }] };
}
