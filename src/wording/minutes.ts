import { system } from '../domain/actor.ts';
import { localTime } from '../domain/calendar/calendar.ts';
import { approvalRuleFor, approvalStanding } from '../domain/deployment/approval.ts';
import { sayChoice } from '../domain/deployment/choice.ts';
import { type DeploymentState, hasEnded } from '../domain/deployment/deployment.ts';
import { remainingServers } from '../domain/deployment/retry-choice.ts';
import { sayState } from '../domain/deployment/say-state.ts';
import { saySeats } from '../domain/deployment/seats.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { planTitle } from '../domain/plan/plan.ts';
import type { Decision, NightEntry } from '../progress/night.ts';
import { sayDuration } from './duration.ts';

/** How a person is named where nobody is to be called. */
export type NameOf = (id: string) => string;

/** `2 done · 1 failed · 1 did not begin`. */
export function sayResults(entries: NightEntry[]): string {
  const counts = new Map<string, number>();
  for (const { deployment } of entries) {
    const word = resultOf(deployment.state);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return results.flatMap((word) => (counts.has(word) ? [`${counts.get(word)} ${word}`] : [])).join(' · ');
}

const results = ['done', 'done in part', 'failed', 'cancelled', 'did not begin', 'not over yet'];

function resultOf(state: DeploymentState): string {
  if (!hasEnded(state)) return 'not over yet';
  const words: Partial<Record<DeploymentState, string>> = {
    ok: 'done',
    ok_with_warnings: 'done',
    partial: 'done in part',
    error: 'failed',
    cancelled: 'cancelled',
  };
  return words[state] ?? 'did not begin';
}

/** What became of one deployment: a line, and one more for each failure and what is held. */
export function sayNight(entry: NightEntry): string {
  const { deployment, plan, tookMs, failed, held } = entry;
  const took = tookMs === null ? '' : ` after ${sayDuration(tookMs)}`;
  return [
    `*#${deployment.number}* ${planTitle(plan)} → ${plan.environment.name}: *${sayState(deployment.state)}*${took}${sayChanged(entry)}${sayWhy(entry)}`,
    ...failed.map(({ server, message }) => `• ${server} failed${message === null ? '' : `: ${message}`}`),
    ...held.map(({ member, reason }) => `• ${member} is held out of service: ${reason}`),
  ].join('\n');
}

const namedAtMost = 8;

function sayChanged({ changed, deployment: { run } }: NightEntry): string {
  if (run === null) return '';
  if (changed.length === 0) return ' · no server changed';
  const names = changed.length > namedAtMost ? '' : `: ${changed.join(', ')}`;
  return ` · ${changed.length} ${changed.length === 1 ? 'server' : 'servers'} changed${names}`;
}

/** Why it did not begin, or ended before it was done. */
function sayWhy({ deployment: { state, endedBy } }: NightEntry): string {
  if (endedBy === null || endedBy === 'completion' || state === 'rejected' || state === 'cancelled')
    return '';
  return ` · ${endedBy}`;
}

/** Who decided what and when, in order of time, a line each; nobody is called by it. */
export function sayDecisions(entries: NightEntry[], zone: string, nameOf: NameOf): string[] {
  return entries
    .flatMap(({ deployment: { number }, decisions }) =>
      decisions.map((decision) => ({ number, ...decision })),
    )
    .toSorted((one, other) => one.at - other.at)
    .filter((decision, index, all) => all.findIndex((other) => isSame(decision, other)) === index)
    .map(
      ({ number, ...decision }) =>
        `${localTime(decision.at, zone).slice(11)} ${nameOf(decision.by)} ${sayVerb(decision, number)}`,
    );
}

/** An order stands in the log of each deployment that it moves, and is one decision. */
function isSame(one: Decision, other: Decision): boolean {
  if (one.event.type !== 'batch_ordered') return one === other;
  return other.event.type === 'batch_ordered' && one.at === other.at && one.by === other.by;
}

function sayVerb({ event }: Decision, number: number): string {
  if (event.type === 'batch_ordered') return 'ordered the batch';
  return `${verbOf(event)} #${number}`;
}

function verbOf(event: DeploymentEvent): string {
  if (event.type === 'question_answered') return `answered “${sayChoice(event.choice)}” for`;
  if (event.type === 'put_back_requested') return `put ${event.member} back into service for`;
  if (event.type === 'kept_out') return `kept ${event.member} out of service for`;
  const verbs: Partial<Record<DeploymentEvent['type'], string>> = {
    approved: 'approved',
    rejected: 'rejected',
    cancelled: 'cancelled',
    stop_requested: 'stopped',
    stop_now_requested: 'stopped at once',
    paused: 'paused',
    resumed: 'resumed',
    retry_requested: 'deployed what remained of',
    rollback_snoozed: 'put off the rollback of',
    rollback_kept: 'kept as it is',
    rollback_requested: 'rolled back',
  };
  return verbs[event.type] ?? 'decided about';
}

/** What waits for whom: whoever has something to do is called, and nobody else. */
export function sayWaiting(entry: NightEntry): string[] {
  const { deployment } = entry;
  const who = deployment.requestedBy === system ? '' : `<@${deployment.requestedBy}>: `;
  const name = `*#${deployment.number}*`;
  return [
    ...whatRequesterDoes(entry).map((what) => `${who}${name} ${what}`),
    ...whatOthersDo(entry).map((what) => `${name} ${what}`),
  ];
}

function whatRequesterDoes({ deployment, plan, held }: NightEntry): string[] {
  const { state, question, run, undoneBy } = deployment;
  if (question) return [`waits for an answer: ${question.text}`];
  if (state === 'paused') return ['is paused: resume it, or stop it'];
  if (state === 'missed' || state === 'expired')
    return ['did not begin: ask for it again, if it is still wanted'];
  const open = held.filter(({ isKept }) => !isKept).map(({ member }) => member);
  const left = hasEnded(state) && run?.ended && undoneBy === null ? remainingServers(plan, deployment) : [];
  return [
    ...(open.length > 0 ? [`holds ${open.join(', ')} out of service: put back, or keep out`] : []),
    ...(left.length > 0
      ? [`is not done on ${left.length}: deploy the remaining ${left.length}, or roll back`]
      : []),
  ];
}

function whatOthersDo({ deployment, plan }: NightEntry): string[] {
  const { state, question, lock } = deployment;
  if (question || state === 'paused' || hasEnded(state)) return [];
  if (state === 'awaiting_approval') {
    const rule = approvalRuleFor(plan.environment, deployment);
    const { open } = approvalStanding(rule, deployment.votes);
    return [`waits for approval by ${saySeats(open) || 'whoever may deploy there'}`];
  }
  if (state === 'queued' && lock) return [`waits until somebody unlocks \`${plan.environment.name}\``];
  return [`is not over yet: ${sayState(state)}`];
}
