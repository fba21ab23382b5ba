import { mention, system } from '../actor.ts';
import { sayTime } from '../calendar/calendar.ts';
import { refuseStart } from '../calendar/windows.ts';
import type { Seats } from '../configured/approval-rule.ts';
import { namesOfRole } from '../roles.ts';
import { approvalRuleFor, approvalStanding } from './approval.ts';
import { sayChoice } from './choice.ts';
import { hasEnded, type Deployment } from './deployment.ts';
import { lockedRefusal } from './lock.ts';
import { admins, operators, type Obstacle, type ObstacleFacts } from './obstacle.ts';
import { afterEnd } from './obstacles-after-end.ts';
import { saySeats } from './seats.ts';

/** Everything that keeps a deployment from running, the first that has to be lifted first; empty while nothing does. */
export function obstaclesOf(facts: ObstacleFacts): Obstacle[] {
  const { deployment } = facts;
  const { state } = deployment;
  if (state === 'running') return [];
  const own = hasEnded(state) ? afterEnd(facts) : beforeEnd(facts);
  if (deployment.attempt > 0 && !hasEnded(state) && state !== 'queued' && state !== 'scheduled') return own;
  const canBegin = !hasEnded(state) || own.some(({ rule }) => rule === 'rest');
  return canBegin ? [...own, ...aroundIt(facts)] : own;
}

function beforeEnd(facts: ObstacleFacts): Obstacle[] {
  const { deployment } = facts;
  const { question } = deployment;
  return [
    ...(question ? [askedObstacle(facts, question)] : []),
    ...(deployment.state === 'awaiting_approval' ? [approvalObstacle(facts)] : []),
    ...(deployment.state === 'scheduled' && !question ? hourObstacle(facts) : []),
    ...(deployment.run?.paused && !deployment.run.ended
      ? [pausedObstacle(facts, deployment.run.paused)]
      : []),
  ];
}

/** What holds for whatever would begin there: the switch of the environment, its lock, and others in it. */
function aroundIt(facts: ObstacleFacts): Obstacle[] {
  const { environment, configuration, lock } = facts;
  const closed = lock && {
    ...lockedRefusal(lock, configuration, environment),
    people: lock.by === system ? admins(configuration) : [`<@${lock.by}>`],
  };
  return [
    ...(environment.deploymentsEnabled ? [] : [switchedOff(facts)]),
    ...(closed ? [closed] : []),
    ...frozenAt(facts),
    ...queueObstacle(facts),
  ];
}

function approvalObstacle({ deployment, environment, approvers: people }: ObstacleFacts): Obstacle {
  const { given, required, open } = approvalStanding(
    approvalRuleFor(environment, deployment),
    deployment.votes,
  );
  const { number, expiresAt, zone } = deployment;
  const until = expiresAt === null ? '' : `, and expires ${sayTime(expiresAt, zone)}`;
  return {
    rule: 'approval',
    message: `#${number} waits for approval: ${given} of ${required} given${until}.`,
    liftedBy: saySeats(open),
    wayOut: people.length === 0 ? nobodyCan(open) : `Ask ${people.join(', ')}.`,
    people,
  };
}

/** Roles that nobody holds, or owners who have left. */
function nobodyCan(open: Seats[]): string {
  const owned = open.flatMap(({ owned: own }) => own?.servers ?? []);
  if (owned.length === 0) return 'Nobody holds that role: ask a global_admin.';
  return `Nobody can give it now: ask a global_admin to give ${owned.join(', ')} another owner in the configuration.`;
}

function hourObstacle({ deployment }: ObstacleFacts): Obstacle[] {
  const { number, startsAt, zone, attempt } = deployment;
  if (startsAt === null) return [];
  const isRest = attempt > 0;
  const what = isRest ? 'the next window, which opens' : 'its hour,';
  return [
    {
      rule: isRest ? 'windows' : 'hour',
      message: `#${number} waits for ${what} ${sayTime(startsAt, zone)}.`,
      liftedBy: 'nobody',
      wayOut: `It begins by itself; for another hour \`/deploy cancel ${number}\` and request it again.`,
      people: [],
    },
  ];
}

function askedObstacle(
  { deployment, configuration }: ObstacleFacts,
  question: NonNullable<Deployment['question']>,
): Obstacle {
  const { number, zone } = deployment;
  const people = operators(deployment, configuration);
  return {
    rule: 'question',
    message: `#${number} waits for an answer: ${question.text} Without one until ${sayTime(question.deadlineAt, zone)} it is _${sayChoice(question.defaultChoice)}_.`,
    liftedBy: 'the requester, or whoever may deploy there',
    wayOut: `Answer on its card: ${question.choices.map(sayChoice).join(', ')}.`,
    people,
  };
}

function pausedObstacle(
  { deployment, configuration }: ObstacleFacts,
  paused: { by: string; at: number },
): Obstacle {
  const { number, zone } = deployment;
  return {
    rule: 'paused',
    message: `#${number} was paused by ${mention(paused)} at ${sayTime(paused.at, zone)}.`,
    liftedBy: 'the requester, or whoever may deploy there',
    wayOut: 'Press *Resume* on its card.',
    people: paused.by === system ? operators(deployment, configuration) : [`<@${paused.by}>`],
  };
}

function switchedOff({ environment, configuration }: ObstacleFacts): Obstacle {
  return {
    rule: 'D-20',
    message: `Deployments to \`${environment.name}\` are switched off in the configuration.`,
    liftedBy: 'global_admin, by changing the configuration',
    wayOut: 'Ask for `deploymentsEnabled: true`.',
    people: admins(configuration),
  };
}

/** Windows and freezes are looked at for the hour at which it would begin. */
function frozenAt({ deployment, environment, configuration }: ObstacleFacts): Obstacle[] {
  const { state, startsAt } = deployment;
  if (startsAt === null || (state !== 'scheduled' && state !== 'awaiting_approval')) return [];
  const people = namesOfRole(configuration, 'global_admin').split(', ').filter(Boolean);
  return refuseStart(environment, startsAt).map((refusal) => ({ ...refusal, people }));
}

function queueObstacle({ deployment, environment, busy, ahead }: ObstacleFacts): Obstacle[] {
  if (deployment.state !== 'queued') return [];
  const base = { rule: 'D-21', liftedBy: 'whoever may stop that one' };
  if (busy && busy.number !== deployment.number) {
    const { number, requestedBy, since, done, servers } = busy;
    const who = requestedBy === system ? 'Lamplighter' : `<@${requestedBy}>`;
    return [
      {
        ...base,
        message: `#${deployment.number} waits behind #${number} of ${who}, in \`${environment.name}\` since ${sayTime(since, deployment.zone)}: ${done} of ${servers} servers done.`,
        wayOut: `It begins by itself when #${number} ends; see \`/deploy show ${number}\`.`,
        people: requestedBy === system ? [] : [who],
      },
    ];
  }
  const [first] = ahead;
  if (first === undefined) return [];
  return [
    {
      ...base,
      message: `#${deployment.number} waits behind ${ahead.map((number) => `#${number}`).join(', ')}, queued before it in \`${environment.name}\`.`,
      wayOut: `It begins by itself; see \`/deploy why ${first}\`.`,
      people: [],
    },
  ];
}
