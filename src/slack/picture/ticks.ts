import { localTime } from '../../domain/calendar/calendar.ts';

/** A mark on the axis of time. */
export interface Tick {
  /** Epoch milliseconds. */
  at: number;
  /** `21:05`, or `21:05:10` where marks are closer than a minute. */
  label: string;
}

const second = 1_000;
const minute = 60 * second;
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * second),
  ...[1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1_440].map((minutes) => minutes * minute),
];
const mostTicks = 6;

/** Round times between two instants, both among them, six at most. */
export function chooseTicks(from: number, to: number, zone: string): Tick[] {
  const step =
    steps.find((candidate) => (to - from) / candidate <= mostTicks - 1) ?? Math.ceil((to - from) / 5);
  const first = Math.ceil(from / step) * step;
  const count = Math.max(Math.floor((to - first) / step) + 1, 0);
  return Array.from({ length: count }, (_, index) => {
    const at = first + index * step;
    return { at, label: sayClock(at, step, zone) };
  });
}

function sayClock(at: number, step: number, zone: string): string {
  const clock = localTime(at, zone).slice(11);
  return step < minute ? `${clock}:${String(Math.floor(at / second) % 60).padStart(2, '0')}` : clock;
}
