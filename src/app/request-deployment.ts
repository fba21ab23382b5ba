import { system, type Actor } from '../domain/actor.ts';
import { overridesAt } from '../domain/calendar/windows.ts';
import type { ApprovalRule } from '../domain/configured/approval-rule.ts';
import type { Environment } from '../domain/configured/environment.ts';
import { approvalRuleFor } from '../domain/deployment/approval.ts';
import { ownersOf } from '../domain/deployment/consent.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { planTitle, plannedServers, type Undoing } from '../domain/plan/plan.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';
import type { Alongside, NewDeployment } from '../store/changes.ts';
import type { DueChange } from '../store/due.ts';
import { batchToJoin, joinBatch, type LoadedBatch } from './batch.ts';
import { maxTries } from './decide.ts';
import type { AppNeeds } from './needs.ts';
import { planDeployment, refusalsOf, type PlannedDeployment } from './plan-deployment.ts';
import { preparationDue } from './preparation-due.ts';
import { refuseRequest, tooMany } from './refuse-request.ts';

/** A request as a person made it. */
export interface RequestDeployment extends Actor {
  /** The same for redelivered envelopes: one key makes one deployment. */
  key: string;
  environment: string;
  selection: string[];
  servers: string[] | null;
  /** Null: now, or as soon as it is approved. */
  startsAt: number | null;
  /** What was typed for the time, as it was typed. */
  typed: string | null;
  /** The zone in which the time was meant. */
  zone: string;
  reason: string;
  /** How many warnings the person accepted, or all there are. */
  acceptedWarnings: number | 'all';
  /** Hash of the plan that was on the screen; null where none was shown. */
  shownHash: string | null;
  /** The deployment that it rolls back; absent where it is none. */
  undoes?: Undoing;
  /** A deployment whose batch it joins: the hour is that of the batch, whatever else is asked for. */
  joins?: number | null;
}

/** What a request became. */
export interface RequestedDeployment {
  number: number;
  title: string;
  environment: string;
  channel: string;
  startsAt: number | null;
  needsApproval: boolean;
}

const hourMs = 3_600_000;

/** Checks everything, freezes the plan and writes the deployment with its batch; says every reason at once when it may not. */
export async function requestDeployment(
  needs: AppNeeds,
  request: RequestDeployment,
): Promise<Verdict<RequestedDeployment>> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const checked = await checkRequest(needs, request);
    if (!checked.ok) return checked;
    const written = await writeRequest(needs, checked.value);
    if (written !== 'stale') return written;
  }
  throw new Error(`the batch of #${request.joins} was changed by others ${maxTries} times in a row`);
}

/** What is written of a request once nothing speaks against it. */
export interface CheckedRequest {
  row: NewDeployment;
  answer: Omit<RequestedDeployment, 'number'>;
}

/** Every reason against a request at once, or the frozen plan and the row of a deployment. Writes nothing. */
export async function checkRequest(
  needs: AppNeeds,
  request: RequestDeployment,
): Promise<Verdict<CheckedRequest>> {
  const joined = await findJoined(needs, request);
  if (!joined.ok) return joined;
  const batch = joined.value;
  const asked = batch ? { ...request, startsAt: batch.startsAt } : request;
  const person = asked.by === system ? null : await needs.findPerson(asked.by);
  const planned = await planDeployment(needs, { ...asked, person, ...(batch && { batch }) });
  if (!planned.ok) return planned;
  const refusals = [...refuseRequest(needs, asked, planned.value), ...refusalsOf(planned.value)];
  const [first, ...others] = refusals;
  if (first) return refuse(first, ...others);
  const { row, answer } = freeze(needs, asked, planned.value);
  return accept({ row: batch ? joinBatch(row, batch) : row, answer });
}

async function findJoined(
  needs: AppNeeds,
  { joins }: RequestDeployment,
): Promise<Verdict<LoadedBatch | null>> {
  return joins === undefined || joins === null ? accept(null) : await batchToJoin(needs, joins);
}

/** Writes it, and what it means to another deployment in the same moment; `stale` when that one has changed since. */
export async function writeRequest(
  needs: AppNeeds,
  { row, answer }: CheckedRequest,
  alongside?: Alongside,
): Promise<Verdict<RequestedDeployment> | 'stale'> {
  const created = await needs.store.createDeployment({ ...row, ...(alongside && { alongside }) });
  if ('stale' in created) return 'stale';
  if ('tooMany' in created) return refuse(tooMany(needs, created.tooMany));
  return accept({ ...answer, number: created.number });
}

function freeze(
  needs: AppNeeds,
  request: RequestDeployment,
  { plan, hash, warnings }: PlannedDeployment,
): CheckedRequest {
  const { environment } = plan;
  const at = needs.now();
  // What went wrong may be undone at any hour.
  const overrides = plan.undoes ? [] : overridesAt(environment, request.startsAt ?? at);
  const owners = ownersOf(plan, plannedServers(plan));
  const rule = approvalRuleFor(environment, { requestedBy: request.by, overrides, owners, planChanges: [] });
  const expiresAt = rule && expiryOf(rule, request.startsAt, at);
  const requested: DeploymentEvent = {
    type: 'requested',
    by: request.by,
    via: request.via,
    reason: request.reason.trim(),
    startsAt: request.startsAt,
    expiresAt,
    typed: request.typed,
    zone: request.zone,
    planHash: hash,
    acceptedWarnings: warnings.length,
    warnings,
    ...(overrides.length > 0 && { overrides }),
    ...(owners.length > 0 && { owners }),
  };
  const { startsAt } = request;
  const answer = {
    title: planTitle(plan),
    environment: environment.name,
    channel: environment.channel,
    startsAt,
  };
  const row: NewDeployment = {
    ...answer,
    plan,
    planHash: hash,
    requestKey: request.key,
    requestedBy: request.by,
    zone: request.zone,
    typed: request.typed,
    at,
    events: [requested, ...(rule ? [] : [startWithoutApproval(startsAt)])],
    due: dueRows(environment, startsAt, expiresAt),
    quota:
      request.by === system
        ? null
        : { since: at - hourMs, limit: needs.configuration().limits.requestsPerHour },
  };
  return { row, answer: { ...answer, needsApproval: rule !== null } };
}

/** Not approved by its start, or too long after the request: it expires. */
function expiryOf(approval: ApprovalRule, startsAt: number | null, at: number): number {
  const byHours = at + approval.expiresHours * hourMs;
  return startsAt === null ? byHours : Math.min(startsAt, byHours);
}

function startWithoutApproval(startsAt: number | null): DeploymentEvent {
  return startsAt === null ? { type: 'queued', behind: null } : { type: 'scheduled', startsAt };
}

function dueRows(environment: Environment, startsAt: number | null, expiresAt: number | null): DueChange[] {
  const expiry: DueChange[] = expiresAt === null ? [] : [{ add: 'expire', at: expiresAt }];
  const approvalReminders = (environment.approval?.remindMinutes ?? []).flatMap((minutes): DueChange[] =>
    expiresAt === null ? [] : [{ add: 'remind', at: expiresAt - minutes * 60_000 }],
  );
  if (startsAt === null) return [...expiry, ...approvalReminders];
  const reminders = environment.schedule.remindMinutes.map((minutes): DueChange => ({
    add: 'remind',
    at: startsAt - minutes * 60_000,
  }));
  const preparation = preparationDue(environment, startsAt);
  return [{ add: 'start', at: startsAt }, ...expiry, ...approvalReminders, ...reminders, ...preparation];
}
