import { sayDrift } from '../domain/attempt/judge-group.ts';
import { sayChoice } from '../domain/deployment/choice.ts';
import { sayState } from '../domain/deployment/say-state.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { isHappening } from '../domain/events/happening.ts';
import type { Question } from '../domain/events/question.ts';
import type { ServerState } from '../domain/events/states.ts';
import {
  findServer,
  findStep,
  type Plan,
  type PlannedTask,
  plannedServers,
  taskName,
  taskOf,
} from '../domain/plan/plan.ts';
import { quote } from '../domain/quote.ts';
import type { Fact } from '../progress/facts.ts';
import { sayDecision } from './decision-line.ts';
import { sayDuration } from './duration.ts';
import { sayWindowEnd } from './hours.ts';
import { listRuns } from './names.ts';
import { sayExcluded } from './preparation.ts';
import type { SayInstant } from './say-instant.ts';

/** What a fact says in the thread, in `show` and in the demo: one line, sometimes with more below it. */
export function threadLine(plan: Plan, fact: Fact, sayInstant: SayInstant): string {
  const { event, durationMs } = fact;
  if (!isHappening(event)) return sayDecision(plan, event, sayInstant);
  const took = durationMs === null ? '' : ` in ${sayDuration(durationMs)}`;
  switch (event.type) {
    case 'window_ended':
      return sayWindowEnd(event);
    case 'attempt_started':
      return `Attempt ${event.attempt} began: ${sayServersOf(plan, event.servers)}.`;
    case 'attempt_resumed':
      return `Restarted ${sayInstant(fact.at)}${event.during === null ? '' : ` during ${event.during}`}.`;
    case 'attempt_ended':
      return sayAttemptEnd(event, took, fact.sideBySideMs);
    case 'task_found':
      return sayFound(plan, event);
    case 'group_checked':
      return sayCheck(event);
    case 'server_started':
      return `${event.server} began.`;
    case 'server_ended':
      return sayServerEnd(event, took);
    case 'rollback_decided':
      return `*${event.server}* failed as the first one: it is rolled back to what it was.`;
    case 'rollback_failed':
      return `It could not be rolled back by itself: ${event.reason}`;
    case 'service_changed':
      return sayService(event);
    case 'rollback_announced':
      return `*${event.servers.join(', ')}* will be rolled back ${sayInstant(event.at)}, unless somebody presses Keep.`;
    case 'question_asked':
      return `${event.question.text} ${sayDefault(event.question, sayInstant)}`;
    case 'task_told':
      return `${placeOf(taskOf(plan, event.task))}: ${event.message}`;
    case 'task_ended':
      return taskOf(plan, event.task).type === 'NOTIFY'
        ? sayNotice(plan, event.task)
        : sayTaskEnd(plan, event);
    case 'task_intended':
    case 'put_back_started':
      return '';
    case 'put_back_ended':
      return event.notDone ?? '';
  }
}

const namedOneByOne = 8;

function sayServersOf(plan: Plan, servers: string[]): string {
  return servers.length <= namedOneByOne ? servers.join(', ') : listRuns(servers, plannedServers(plan));
}

function placeOf({ on, server, cluster }: PlannedTask): string {
  return on ?? server ?? cluster;
}

/** A warning, and what belongs to no server's run: no other line says how it ended. */
function sayTaskEnd(plan: Plan, event: Extract<DeploymentEvent, { type: 'task_ended' }>): string {
  const task = taskOf(plan, event.task);
  const warning = event.state === 'warning' ? 'warning: ' : '';
  return `${placeOf(task)}: ${warning}${event.message}.`;
}

/** Whom a notify step calls: the owner of its server, or whoever is named; null where it is no such step, or nobody is. */
export function whoIsNotified(plan: Plan, id: number): string | null {
  const task = taskOf(plan, id);
  if (task.type !== 'NOTIFY') return null;
  const wanted = findStep(plan, task)?.step.notify ?? null;
  return wanted === 'owner'
    ? (findServer(plan.environment, task.server ?? '')?.server.owner ?? null)
    : wanted;
}

/** A notify step: the owner, or whoever is named, learns it here. */
function sayNotice(plan: Plan, id: number): string {
  const server = taskOf(plan, id).server ?? '';
  const who = whoIsNotified(plan, id);
  if (who === null) return `${server} is being deployed to; it has no owner who could be told.`;
  return `<@${who}>: ${server} is being deployed to now.`;
}

function sayAttemptEnd(
  event: Extract<DeploymentEvent, { type: 'attempt_ended' }>,
  took: string,
  sideBySideMs: number | null,
): string {
  const by = event.endedBy === 'completion' ? '' : ` Ended by ${event.endedBy}.`;
  const both =
    sideBySideMs === null
      ? ''
      : ` Old and new were in service side by side for ${sayDuration(sideBySideMs)}.`;
  const excluded = event.excluded ? ` Excluded: ${sayExcluded(event.excluded)}.` : '';
  return `Attempt ${event.attempt}${took}: ${sayState(event.state)}.${by}${both}${excluded}`;
}

function sayDefault({ defaultChoice, deadlineAt }: Question, sayInstant: SayInstant): string {
  return `If nobody answers until ${sayInstant(deadlineAt)}: _${sayChoice(defaultChoice)}_.`;
}

function sayFound(plan: Plan, event: Extract<DeploymentEvent, { type: 'task_found' }>): string {
  const task = taskOf(plan, event.task);
  const what = taskName(task);
  const where = task.server ?? task.cluster;
  const found: Record<typeof event.seen, string> = {
    running: 'is still running: following it',
    ended: `had ${event.message}: going on`,
    'never-started': 'had not begun: it begins now',
    lost: `left no result (${event.message})${event.again ? ' and may be repeated: once more' : ''}`,
  };
  return `${where}: ${what} ${found[event.seen]}.`;
}

function sayCheck(event: Extract<DeploymentEvent, { type: 'group_checked' }>): string {
  if (event.refused === null && event.problems.length === 0)
    return `*Drift*: ${(event.drift ?? []).map(sayDrift).join('; ')}.`;
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
    cancelled: took === '' ? `${event.server} was left as it was` : `*${event.server}* was ended${took}`,
    rolled_back: `*${event.server}* failed and was rolled back${took}`,
    excluded: `${event.server} was excluded`,
  };
  const readBack = event.to === null ? '' : `, reads back ${quote(event.to)}`;
  return `${words[event.state]}${event.message === null ? readBack : `: ${event.message}`}.`;
}

function sayService(event: Extract<DeploymentEvent, { type: 'service_changed' }>): string {
  if (event.inService === 'yes') return `${event.member} is back in service.`;
  return `*${event.member}* is held out of service: ${event.reason}.`;
}
