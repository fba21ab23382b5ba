import { mention, system } from '../domain/actor.ts';
import { sayChoice } from '../domain/deployment/choice.ts';
import { sayLock } from '../domain/deployment/lock.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { isGlassEvent } from '../domain/events/glass-event.ts';
import type { Happening } from '../domain/events/happening.ts';
import { type Intervention, isIntervention } from '../domain/events/intervention.ts';
import { isPreparation } from '../domain/events/preparation-event.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { sayVoter } from './approvals.ts';
import { sayBatchEvent } from './batch.ts';
import { sayGlass } from './glass.ts';
import { sayNextWindow, sayOverrides, sayQueued, sayReminder } from './hours.ts';
import { sayPlanChange } from './plan-change.ts';
import { sayPlan } from './plan.ts';
import { sayPreparation } from './preparation.ts';
import type { SayInstant } from './say-instant.ts';

/** What people and the calendar decided about a deployment, in one line. */
export function sayDecision(
  plan: Plan,
  event: Exclude<DeploymentEvent, Happening>,
  sayInstant: SayInstant,
): string {
  if (isPreparation(event)) return sayPreparation(event, sayInstant);
  if (isIntervention(event)) return sayIntervention(event, sayInstant);
  if (isGlassEvent(event)) return sayGlass(event, sayInstant);
  switch (event.type) {
    case 'requested':
      return `Requested by ${mention(event)}.${sayOverrides(event.overrides)}\n${sayPlan(plan)}`;
    case 'approved':
      return `Approved by ${sayVoter(event)}.`;
    case 'rejected':
      return `Rejected by <@${event.by}>.`;
    case 'reminded':
      return sayReminder(event);
    case 'lift_asked':
      return `${mention(event)} asks ${event.people.join(', ')}: ${event.message}`;
    case 'plan_changed':
      return sayPlanChange(event, sayInstant);
    case 'scheduled':
      return `It starts ${sayInstant(event.startsAt)}.`;
    case 'queued':
      return sayQueued(event);
    case 'lock_met':
      return `It waits: ${sayLock({ ...event, environment: plan.environment.name }, sayInstant(event.since))}`;
    case 'lock_lifted':
      return `${mention(event)} unlocked \`${plan.environment.name}\`.`;
    case 'expired':
      return `Expired: ${event.reason}.`;
    case 'missed':
      return `Not started: ${event.reason}.`;
    case 'question_answered':
      return `${event.by === 'system' ? 'Nobody answered' : `${mention(event)} answered`}: ${sayChoice(event.choice)}.`;
    case 'batch_joined':
    case 'batch_ordered':
    case 'batch_waits':
      return sayBatchEvent(event);
    case 'vote_delegated':
      return event.until === undefined
        ? `<@${event.by}> hands their vote to <@${event.to}>.`
        : `<@${event.by}> hands their votes in \`${plan.environment.name}\` to <@${event.to}> until ${sayInstant(event.until)}.`;
    case 'vote_taken_back':
      return `<@${event.by}> takes their vote back from <@${event.to}>.`;
    case 'restored':
      return `The database was restored from a copy made ${sayInstant(event.copiedAt)}. What happened to this deployment after that is not known here: look at its servers before you go on.`;
  }
}

function sayHowMany({ servers, of }: Extract<DeploymentEvent, { type: 'retry_requested' }>): string {
  return of === undefined ? `the remaining ${servers.length}` : `${servers.length} of the remaining ${of}`;
}

function sayIntervention(event: Intervention, sayInstant: SayInstant): string {
  const who = mention(event);
  switch (event.type) {
    case 'cancelled':
      return event.rest
        ? `Cancelled by ${who}: what remained is not deployed.`
        : `Cancelled by ${who} before it began.`;
    case 'stop_requested':
      return `${who} stops it: the server at hand is finished, and no other begins.`;
    case 'stop_now_requested':
      return `*${who} stops it now*: what runs on servers is ended, and nothing further begins.`;
    case 'paused':
      return `${who} paused it: the server at hand is finished, and nothing further begins until somebody resumes it.`;
    case 'resumed':
      return `${who} resumed it.`;
    case 'put_back_requested':
      return `${who} puts *${event.member}* back into service.`;
    case 'kept_out':
      return `${who} keeps *${event.member}* out of service.`;
    case 'rollback_kept':
      return `${who} keeps it as it is: nothing is rolled back by itself.`;
    case 'rollback_snoozed':
      return `${who} put the rollback off: it begins ${sayInstant(event.at)}.`;
    case 'rollback_requested':
      return event.by === system
        ? `Nobody kept it as it is: #${event.deployment} rolls back what this one changed.`
        : `${who} rolls back what this one changed, with #${event.deployment}.`;
    case 'retry_requested':
      return `${who} deploys ${sayHowMany(event)}: ${event.servers.join(', ')}.${sayNextWindow(event, sayInstant)}`;
  }
}
