import { standingsOf } from '../domain/attempt/standing.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { foldDeployment } from '../domain/deployment/fold-deployment.ts';
import type { DeploymentEvent, StoredEvent } from '../domain/events/deployment-event.ts';
import { type Plan, plannedServers } from '../domain/plan/plan.ts';
import type { MemberService } from '../store/facts.ts';

/** What a person decided, and when (epoch milliseconds). */
export interface Decision {
  at: number;
  by: string;
  event: DeploymentEvent;
}

/** What became of one deployment of a batch. */
export interface NightEntry {
  deployment: Deployment;
  plan: Plan;
  /** When its first attempt began, epoch milliseconds; null: none did. */
  beganAt: number | null;
  /** All attempts together, in milliseconds; null where none has ended. */
  tookMs: number | null;
  /** Servers on which it succeeded, in the order of the plan. */
  changed: string[];
  failed: { server: string; message: string | null }[];
  /** Members that it holds out of service. */
  held: { member: string; reason: string; isKept: boolean }[];
  decisions: Decision[];
}

/** Folds the log of one deployment of a batch; null for an empty log. */
export function nightEntry(plan: Plan, events: StoredEvent[], members: MemberService[]): NightEntry | null {
  const deployment = foldDeployment(events);
  if (!deployment) return null;
  return {
    deployment,
    plan,
    beganAt: events.find(({ event }) => event.type === 'attempt_started')?.at ?? null,
    tookMs: timeOfAttempts(events),
    ...serversOf(deployment, plan),
    held: heldBy(deployment, members),
    decisions: events.flatMap(({ at, event }) =>
      decisive.has(event.type) && 'by' in event && event.by !== 'system' ? [{ at, by: event.by, event }] : [],
    ),
  };
}

/** What a reader of the minutes wants to know who did it; the request itself stands with its deployment. */
const decisive = new Set<DeploymentEvent['type']>([
  'approved',
  'rejected',
  'cancelled',
  'stop_requested',
  'stop_now_requested',
  'paused',
  'resumed',
  'retry_requested',
  'put_back_requested',
  'kept_out',
  'rollback_snoozed',
  'rollback_kept',
  'rollback_requested',
  'question_answered',
  'batch_ordered',
]);

function timeOfAttempts(events: StoredEvent[]): number | null {
  let startedAt: number | null = null;
  let total: number | null = null;
  for (const { at, event } of events) {
    if (event.type === 'attempt_started') startedAt = at;
    if (event.type !== 'attempt_ended' || startedAt === null) continue;
    total = (total ?? 0) + Math.max(0, at - startedAt);
    startedAt = null;
  }
  return total;
}

const failures = ['error', 'unknown', 'rolled_back', 'preflight_failed'];

function serversOf({ run }: Deployment, plan: Plan): Pick<NightEntry, 'changed' | 'failed'> {
  const standings = run ? standingsOf(run) : new Map<string, never>();
  const planned = plannedServers(plan);
  return {
    changed: planned.filter((name) => standings.get(name)?.state === 'ok'),
    failed: planned.flatMap((server) => {
      const standing = standings.get(server);
      return standing && failures.includes(standing.state) ? [{ server, message: standing.message }] : [];
    }),
  };
}

function heldBy({ number, run }: Deployment, members: MemberService[]): NightEntry['held'] {
  return members
    .filter(({ inService, deployment }) => inService === 'held' && deployment === number)
    .map(({ member, reason }) => ({ member, reason, isKept: run?.keptOut.has(member) ?? false }));
}
