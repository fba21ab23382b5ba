import { compareVersions } from '../catalog/versions.ts';
import { hasBegun, takesPart } from '../domain/batch/batch.ts';
import { type BatchEntry, type BatchFindings, findConflicts } from '../domain/batch/conflicts.ts';
import { morningAfter } from '../domain/batch/morning.ts';
import { sayTime } from '../domain/calendar/calendar.ts';
import { forecast, runsForForecast } from '../domain/plan/forecast.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';
import type { Batch } from '../store/batches.ts';
import type { NewDeployment } from '../store/changes.ts';
import type { Store } from '../store/store.ts';

/** A batch that has not begun, with what is known of those that take part in it. */
export interface LoadedBatch {
  batch: Batch;
  /** Its hour, epoch milliseconds. */
  startsAt: number;
  /** In order. */
  entries: BatchEntry[];
}

/** The batch on which a deployment stands, if it may still be changed; else why not. */
export async function batchToJoin(
  { store, now }: { store: Store; now: () => number },
  number: number,
): Promise<Verdict<LoadedBatch>> {
  const batch = await store.batchOf(number);
  if (!batch)
    return refuse({
      rule: 'unknown-deployment',
      message: `There is no deployment #${number}.`,
      liftedBy: 'nobody',
      wayOut: 'See `/deploy list tonight` for those that can be joined.',
    });
  if (hasBegun(batch, now()) || batch.startsAt === null) return refuseLate(batch, number);
  const part = batch.deployments.filter(({ state }) => takesPart(state));
  if (part.length === 0)
    return refuse({
      rule: 'batch-over',
      message: `Nothing is left of the batch of #${number}: all of it was called off.`,
      liftedBy: 'nobody',
      wayOut: 'Ask for an hour of your own with `/deploy`.',
    });
  const entries = await Promise.all(part.map(async (row) => await loadEntry(store, row)));
  return accept({ batch, startsAt: batch.startsAt, entries });
}

function refuseLate({ startsAt, zone, deployments }: Batch, number: number): ReturnType<typeof refuse> {
  const isOver = deployments.every(({ endedAt }) => endedAt !== null);
  const since = startsAt === null ? '' : ` at ${sayTime(startsAt, zone)}`;
  const message =
    startsAt === null
      ? `#${number} begins as soon as it may: it has no hour that others could share.`
      : `The batch of #${number} ${isOver ? 'is over' : 'has begun'}: it began${since}.`;
  return refuse({
    rule: isOver && startsAt !== null ? 'batch-over' : 'batch-begun',
    message,
    liftedBy: 'nobody',
    wayOut: 'Ask for an hour of your own with `/deploy`, or see `/deploy list tonight`.',
  });
}

async function loadEntry(
  store: Store,
  { number, planHash, environment }: Batch['deployments'][number],
): Promise<BatchEntry> {
  const plan = await store.plan(planHash);
  if (!plan) throw new Error(`#${number} in ${environment} has no plan`);
  const earlier = await store.serverTimes(environment, runsForForecast);
  return { number, plan, forecastMs: forecast(plan, earlier)?.totalMs ?? null };
}

/** What stands between a plan and those that are before it. */
export function conflictsIn({ startsAt, entries }: Omit<LoadedBatch, 'batch'>, plan: Plan): BatchFindings {
  const isOlder = (version: string, other: string): boolean => compareVersions(version, other) > 0;
  return findConflicts(plan, entries, { startsAt, isOlder });
}

/** The row of a deployment that enters a batch as the last one. */
export function joinBatch(row: NewDeployment, { batch, startsAt, entries }: LoadedBatch): NewDeployment {
  const [requested, ...rest] = row.events;
  const joined = { type: 'batch_joined' as const, behind: entries.map(({ number }) => number) };
  return {
    ...row,
    events: [requested, joined, ...rest],
    due: [...row.due, { add: 'minutes', at: morningAfter(startsAt, row.plan.environment.timezone) }],
    joins: { batch: batch.id, version: batch.version },
  };
}
