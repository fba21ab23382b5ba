import type { DeploymentEvent, StoredEvent } from '../domain/events/deployment-event.ts';
import type { AttemptEnd, ServerState } from '../domain/events/states.ts';
import { findStep, memberOf, type Plan, type PlannedTask, taskOf } from '../domain/plan/plan.ts';

/** What a server went through: out of service and waiting, deployed to, looked at, or put back to what it was. */
export type Stretch = 'out' | 'deploying' | 'verifying' | 'undoing';

/** One stretch of a server's time, epoch milliseconds. */
export interface TimelineSpan {
  stretch: Stretch;
  from: number;
  to: number;
}

/** One server of an attempt. */
export interface TimelineRow {
  server: string;
  state: ServerState;
  isHeld: boolean;
  spans: TimelineSpan[];
  /** When it went back into service with what was deployed, epoch milliseconds; null where it did not. */
  backAt: number | null;
}

/** What each server of one attempt went through, in the order of the plan. */
export interface Timeline {
  attempt: number;
  from: number;
  to: number;
  state: AttemptEnd;
  rows: TimelineRow[];
}

/** The latest attempt that has ended, as its events tell it; null where none has. Pure. */
export function timelineOf(plan: Plan, events: StoredEvent[]): Timeline | null {
  const start = events.findLastIndex(
    ({ event }, index) =>
      event.type === 'attempt_started' &&
      events.slice(index).some((later) => later.event.type === 'attempt_ended'),
  );
  const first = events[start];
  if (first?.event.type !== 'attempt_started') return null;
  const rows = new Map(first.event.servers.map((server) => [server, newRow(server)]));
  for (const { event, at } of events.slice(start + 1)) {
    if (event.type === 'attempt_ended') {
      for (const row of rows.values()) enter(row, null, at);
      const { attempt, state } = event;
      return { attempt, state, from: first.at, to: Math.max(at, first.at), rows: [...rows.values()] };
    }
    follow(plan, rows, event, at);
  }
  return null;
}

interface OpenRow extends TimelineRow {
  open: { stretch: Stretch; from: number } | null;
  isOut: boolean;
}

function newRow(server: string): OpenRow {
  return { server, state: 'pending', isHeld: false, spans: [], backAt: null, open: null, isOut: false };
}

/** Ends the stretch under way and begins another one; a clock that was set back makes none of less than nothing. */
function enter(row: OpenRow, stretch: Stretch | null, at: number): void {
  if (row.open?.stretch === stretch) return;
  if (row.open && at > row.open.from) row.spans.push({ ...row.open, to: at });
  row.open = stretch === null ? null : { stretch, from: at };
}

function follow(plan: Plan, rows: Map<string, OpenRow>, event: DeploymentEvent, at: number): void {
  if (event.type === 'task_intended') followTask(plan, rows, event.task, at);
  if (event.type === 'server_started') withRow(rows, event.server, (row) => enter(row, 'deploying', at));
  if (event.type === 'server_ended')
    withRow(rows, event.server, (row) => {
      row.state = event.state;
      enter(row, row.isOut ? 'out' : null, at);
    });
  if (event.type === 'service_changed')
    for (const server of event.servers)
      withRow(rows, server, (row) => followService(row, event.inService, at));
}

function followService(row: OpenRow, inService: 'yes' | 'no' | 'held', at: number): void {
  row.isOut = inService !== 'yes';
  row.isHeld = inService === 'held';
  if (inService === 'yes') row.backAt = row.state === 'ok' ? at : null;
  // What is under way goes on; what has ended waits outside.
  if (inService === 'yes' || row.open === null) enter(row, row.isOut ? 'out' : null, at);
}

function followTask(plan: Plan, rows: Map<string, OpenRow>, id: number, at: number): void {
  const task = taskOf(plan, id);
  if (task.phase === 'take-out') {
    const leaving = [...rows.values()].filter(({ server }) =>
      task.server === null ? memberOf(plan, server) === task.cluster : server === task.server,
    );
    for (const row of leaving) enter(row, 'out', at);
  }
  if (task.server === null || (task.phase !== 'server' && task.phase !== 'undo')) return;
  withRow(rows, task.server, (row) => enter(row, stretchOf(plan, task), at));
}

function stretchOf(plan: Plan, task: PlannedTask): Stretch {
  if (task.phase === 'undo' || task.type === 'ROLLBACK') return 'undoing';
  const looks = task.type === 'VERIFY' || findStep(plan, task)?.step.kind === 'verify';
  return looks ? 'verifying' : 'deploying';
}

function withRow(rows: Map<string, OpenRow>, server: string, change: (row: OpenRow) => void): void {
  const row = rows.get(server);
  if (row) change(row);
}
