import { type Plan, taskName, taskOf } from '../../domain/plan/plan.ts';
import type { Fact } from '../../progress/facts.ts';
import type { OutgoingMessage } from '../../store/messages.ts';
import type { Store } from '../../store/store.ts';
import { outgoingFile } from './outgoing.ts';

/** A failure that is told, and where. */
interface ToldFailure {
  fact: Fact;
  deployment: number;
  channel: string;
  threadOf: string;
}

/** All that a failed task printed as a file; none where its last lines, which are told, are all of it. */
export async function failureLog(
  store: Pick<Store, 'output'>,
  plan: Plan,
  { fact: { failed }, ...where }: ToldFailure,
): Promise<OutgoingMessage[]> {
  const output = failed && (await store.output({ deployment: where.deployment, ...failed }));
  if (!failed || output === null) return [];
  const task = taskOf(plan, failed.task);
  const place = task.on ?? task.server ?? task.cluster;
  const what = taskName(task);
  const name = `log:${where.deployment}:${failed.attempt}:${failed.task}:${failed.run}`;
  return [
    outgoingFile(
      { ...where, name },
      {
        filename: `${[where.deployment, place, what].join('-').replaceAll(/[^\w.-]+/g, '-')}.txt`,
        title: `${place}: all that ${what} printed`,
        altText: `What ${what} printed on ${place}, up to 1 MB of it; secrets are hidden.`,
        bytes: Buffer.from(output),
      },
    ),
  ];
}
