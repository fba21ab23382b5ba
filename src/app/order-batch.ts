import { takesPart } from '../domain/batch/batch.ts';
import type { BatchEntry } from '../domain/batch/conflicts.ts';
import type { BatchOnFailure } from '../domain/batch/on-failure.ts';
import { sayTime } from '../domain/calendar/calendar.ts';
import { refuseOperator } from '../domain/deployment/operator.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import type { Person } from '../domain/roles.ts';
import { accept, refuse, type Refusal, type Verdict, type Warning } from '../domain/verdict.ts';
import type { Batch } from '../store/batches.ts';
import { batchToJoin, conflictsIn, type LoadedBatch } from './batch.ts';
import { currentEnvironment, loadDeployment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';

/** Another order, as somebody sent it. */
export interface OrderBatch {
  by: string;
  /** Any deployment of the batch. */
  number: number;
  /** The version of the batch that was on the screen. */
  version: number;
  /** Those that take part, in the order that is wanted. */
  order: number[];
  onFailure: BatchOnFailure;
}

/** What an order means. */
export interface JudgedOrder {
  loaded: LoadedBatch;
  warnings: Warning[];
  refusals: Refusal[];
}

/** Gives a batch another order before it begins; each that is moved takes somebody who may decide about it. */
export async function orderBatch(
  needs: AppNeeds,
  request: OrderBatch,
): Promise<Verdict<{ order: number[] }>> {
  const judged = await judgeOrder(needs, request);
  if (!judged.ok) return judged;
  const { loaded, refusals } = judged.value;
  const stale = refuseStale(loaded.batch, request);
  const [first, ...others] = stale ? [stale] : refusals;
  if (first) return refuse(first, ...others);
  if (!isChanged(loaded, request)) return accept({ order: request.order });
  const { batch } = loaded;
  const isDone = await needs.store.orderBatch({
    batch: batch.id,
    version: request.version,
    order: [...request.order, ...leftOut(batch)],
    onFailure: request.onFailure,
    by: request.by,
    at: needs.now(),
    events: eventsOf(loaded, request),
  });
  if (isDone) return accept({ order: request.order });
  const now = await needs.store.batchOf(request.number);
  return refuse((now && refuseStale(now, request)) ?? changedMeanwhile('by somebody else'));
}

/** What an order means, and what stands against it. Decides nothing. */
export async function judgeOrder(needs: AppNeeds, request: OrderBatch): Promise<Verdict<JudgedOrder>> {
  const found = await batchToJoin(needs, request.number);
  if (!found.ok) return found;
  const loaded = found.value;
  const entries = request.order.flatMap(
    (number) => loaded.entries.find((entry) => entry.number === number) ?? [],
  );
  const findings = entries.map((entry, index) =>
    conflictsIn({ ...loaded, entries: entries.slice(0, index) }, entry.plan),
  );
  const isChange = isChanged(loaded, request);
  const notAllowed = await refuseMover(needs, loaded, request);
  return accept({
    loaded,
    warnings: findings.flatMap(({ warnings }) => warnings),
    refusals: [...notAllowed, ...(isChange ? findings.flatMap(({ refusals }) => refusals) : [])],
  });
}

/** Whoever decides what a failure means to the rest decides about all of them. */
async function refuseMover(
  needs: AppNeeds,
  { batch, entries }: LoadedBatch,
  { by, order, onFailure }: OrderBatch,
): Promise<Refusal[]> {
  const isForAll = batch.onFailure !== onFailure;
  const touched = entries.filter(({ number }, index) => isForAll || order[index] !== number);
  const person = await needs.findPerson(by);
  const refusals = await Promise.all(touched.map(async (entry) => await refuseFor(needs, person, entry)));
  return refusals.filter((refusal) => refusal !== null);
}

async function refuseFor(needs: AppNeeds, person: Person, { number }: BatchEntry): Promise<Refusal | null> {
  const loaded = await loadDeployment(needs.store, number);
  if (!loaded.ok) return null;
  const { deployment, plan } = loaded.value;
  const configuration = needs.configuration();
  return refuseOperator(person, configuration, currentEnvironment(configuration, plan), deployment);
}

/** Law 14: the list on the screen is not the list that there is. */
function refuseStale({ version, changed, deployments, zone }: Batch, request: OrderBatch): Refusal | null {
  const part = deployments.filter(({ state }) => takesPart(state)).map(({ number }) => number);
  const isSame =
    part.length === request.order.length && part.every((number) => request.order.includes(number));
  if (version === request.version && isSame) return null;
  if (version === request.version || !changed) return changedMeanwhile('one of it was called off');
  const did = changed.what === 'joined' ? 'added to' : 'ordered';
  return changedMeanwhile(`it was ${did} by <@${changed.by}> at ${sayTime(changed.at, zone)}`);
}

function changedMeanwhile(how: string): Refusal {
  return {
    rule: 'law-14',
    message: `The list changed while you looked at it: ${how}.`,
    liftedBy: 'nobody',
    wayOut: 'Look at it as it is now, and order it again.',
  };
}

function isChanged({ batch, entries }: LoadedBatch, { order, onFailure }: OrderBatch): boolean {
  return batch.onFailure !== onFailure || entries.some(({ number }, index) => order[index] !== number);
}

function leftOut({ deployments }: Batch): number[] {
  return deployments.filter(({ state }) => !takesPart(state)).map(({ number }) => number);
}

function eventsOf(
  { batch, entries }: LoadedBatch,
  { by, order, onFailure }: OrderBatch,
): Map<number, [DeploymentEvent]> {
  const isForAll = batch.onFailure !== onFailure;
  const touched = order.flatMap((number, index) =>
    isForAll || entries[index]?.number !== number ? [{ number, place: index + 1 }] : [],
  );
  return new Map(
    touched.map(({ number, place }) => [
      number,
      [{ type: 'batch_ordered', by, place, of: order.length, onFailure }],
    ]),
  );
}
