import { mention, system } from '../actor.ts';
import type { Run } from './run.ts';

/** Whether it was the end of its window that ended what ran on servers, and no person. */
export function isStoppedByWindow({ stopNow }: Pick<Run, 'stopNow'>): boolean {
  return stopNow?.by === system;
}

/** Who or what ended what ran on servers, in words. */
export function sayStopNow({ stopNow, endedWindow }: Pick<Run, 'stopNow' | 'endedWindow'>): string {
  if (isStoppedByWindow({ stopNow }) && endedWindow !== null) return sayWindowEnd(endedWindow);
  return stopNow ? mention(stopNow) : 'nobody';
}

/** A rule by which an attempt ends. */
export function sayWindowEnd(window: string): string {
  return `the end of the window ${window}`;
}
