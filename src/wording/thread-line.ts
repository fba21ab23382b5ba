import { mention } from '../domain/actor.ts';
import type { DeploymentEvent, Question, ServerState } from '../domain/events.ts';
import { sayLock } from '../domain/lock.ts';
import type { Plan } from '../domain/plan.ts';
import { quote } from '../domain/quote.ts';
import type { Fact } from '../progress/facts.ts';
import { sayDuration } from './duration.ts';
import { sayPlan } from './plan.ts';
import { sayState } from './state.ts';

/** How an instant is written where the line is read. */
export type SayInstant = (instant: number) => string;

/** What a fact says in the thread, in `show` and in the demo: one line, sometimes with more below it. */
export function threadLine(plan: Plan, fact: Fact, sayInstant: SayInstant): string {
  const { event, durationMs } = fact;
  const took = durationMs === null ? '' : ` in ${sayDuration(durationMs)}`;
  switch (event.type) {
    case 'requested':
      return `Requested by ${mention(event)}.\n${sayPlan(plan)}`;
    case 'approved':
      return `Approved by <@${event.by}>.`;
    case 'rejected':
      return `Rejected by <@${event.by}>.`;
    case 'reminded':
      return `${event.minutesBefore} minutes left.`;
    case 'plan_changed':
      return `The plan changed: ${event.changes.join('; ')}. Earlier approvals are void; it expires ${sayInstant(event.expiresAt)} unless the new plan is approved.`;
    case 'queued':
      return sayQueued(event.behind);
    case 'lock_met':
      return `It waits: ${sayLock({ ...event, environment: plan.environment.name }, sayInstant(event.since))}`;
    case 'lock_lifted':
      return `${mention(event)} unlocked \`${plan.environment.name}\`.`;
    case 'expired':
      return `Expired: ${event.reason}.`;
    case 'missed':
      return `Not started: ${event.reason}.`;
    case 'cancelled':
      return `Cancelled by ${mention(event)} before it began.`;
    case 'stop_requested':
      return `${mention(event)} stops it: the server at hand is finished, and no other begins.`;
    case 'retry_requested':
      return `${mention(event)} deploys the remaining ${event.servers.length}: ${event.servers.join(', ')}.`;
    case 'attempt_started':
      return `Attempt ${event.attempt} began: ${event.servers.join(', ')}.`;
    case 'attempt_resumed':
      return `Restarted ${sayInstant(fact.at)}${event.during === null ? '' : ` during ${event.during}`}.`;
    case 'attempt_ended':
      return sayAttemptEnd(event, took);
    case 'task_found':
      return sayFound(plan, event);
    case 'group_checked':
      return sayCheck(event);
    case 'server_ended':
      return sayServerEnd(event, took);
    case 'service_changed':
      return sayService(event);
    case 'question_asked':
      return `${event.question.text} ${sayDefault(event.question)} ${sayInstant(event.question.deadlineAt)}.`;
    case 'question_answered':
      return `${event.by === 'system' ? 'Nobody answered' : `${mention(event)} answered`}: ${event.choice}.`;
    case 'restored':
      return `The database was restored from a copy made ${sayInstant(event.copiedAt)}. What happened to this deployment after that is not known here: look at its servers before you go on.`;
    case 'scheduled':
      return `It starts ${sayInstant(event.startsAt)}.`;
    case 'server_started':
      return `${event.server} began.`;
    case 'task_intended':
    case 'task_ended':
      return '';
  }
}

function sayQueued(behind: number | null): string {
  return `Its hour has come${behind === null ? '' : `; it waits for #${behind} to end`}.`;
}

function sayAttemptEnd(event: Extract<DeploymentEvent, { type: 'attempt_ended' }>, took: string): string {
  const by = event.endedBy === 'completion' ? '' : ` Ended by ${event.endedBy}.`;
  return `Attempt ${event.attempt}${took}: ${sayState(event.state)}.${by}`;
}

function sayDefault({ defaultChoice }: Question): string {
  return `If nobody answers, it is _${defaultChoice}_ at`;
}

function sayFound(plan: Plan, event: Extract<DeploymentEvent, { type: 'task_found' }>): string {
  const task = plan.tasks.find((candidate) => candidate.id === event.task);
  const what = task?.step ? `step ${task.step}` : (task?.action ?? 'read-back');
  const where = task?.server ?? task?.cluster ?? '';
  const found: Record<typeof event.seen, string> = {
    running: 'is still running: following it',
    ended: `had ${event.message}: going on`,
    'never-started': 'had not begun: it begins now',
    lost: `left no result (${event.message})${event.again ? ' and may be repeated: once more' : ''}`,
  };
  return `${where}: ${what} ${found[event.seen]}.`;
}

function sayCheck(event: Extract<DeploymentEvent, { type: 'group_checked' }>): string {
  if (event.refused !== null) return `Group ${event.group + 1} was not begun: ${event.refused}.`;
  return `Group ${event.group + 1} was not begun, nothing of it was taken out: ${event.problems.map((problem) => problem.message).join('; ')}`;
}

function sayServerEnd(event: Extract<DeploymentEvent, { type: 'server_ended' }>, took: string): string {
  const words: Record<ServerState, string> = {
    pending: 'waits',
    deploying: 'is being deployed to',
    ok: `*${event.server}* is done${took}`,
    error: `*${event.server}* failed${took}`,
    unknown: `*${event.server}*: nobody knows how it ended`,
    preflight_failed: `*${event.server}* was not begun`,
    skipped: `${event.server} was left as it was`,
    cancelled: `${event.server} was left as it was`,
  };
  const readBack = event.to === null ? '' : `, reads back ${quote(event.to)}`;
  return `${words[event.state]}${event.message === null ? readBack : `: ${event.message}`}.`;
}

function sayService(event: Extract<DeploymentEvent, { type: 'service_changed' }>): string {
  if (event.inService === 'yes') return `${event.member} is back in service.`;
  return `*${event.member}* is held out of service: ${event.reason}.`;
}
