import { type DeploymentState, hasEnded } from '../deployment/deployment.ts';

/** Who changed a batch last, how, and when (epoch milliseconds). */
export interface BatchChange {
  by: string;
  what: 'joined' | 'ordered';
  at: number;
}

/** Whether a deployment still has its place on the list: what was called off, or never came to its hour, is left out. */
export function takesPart(state: DeploymentState): boolean {
  return !['cancelled', 'rejected', 'expired', 'missed'].includes(state);
}

/** Whether it has begun: its hour has come, however little of it runs yet. One without an hour is no list to change. */
export function hasBegun({ startsAt }: { startsAt: number | null }, now: number): boolean {
  return startsAt === null || startsAt <= now;
}

/** Whether nothing of it goes on any more. */
export function isOver(deployments: { state: DeploymentState }[]): boolean {
  return deployments.every(({ state }) => hasEnded(state));
}

/** Those of a list that failed, or of which a part is not done. */
export function failedOf<T extends { state: DeploymentState }>(deployments: T[]): T[] {
  return deployments.filter(({ state }) => state === 'error' || state === 'partial');
}

/** The list with one entry moved by so many places; as it is where it would fall off. */
export function moved(order: number[], number: number, by: 1 | -1): number[] {
  const from = order.indexOf(number);
  const other = order[from + by];
  if (from < 0 || other === undefined) return order;
  return order.map((entry) => (entry === number ? other : entry === other ? number : entry));
}
