import type { Plan, PlannedTask } from '../../src/domain/plan/plan.ts';
import { createHttpDriver } from '../../src/drivers/http/http-driver.ts';
import type { StandIn } from '../../src/sandbox/denodo/recorded-table.ts';
import type { RestNeeds } from '../../src/systems/conversation.ts';
import type { OnSeen, TaskContext } from '../../src/systems/system.ts';

/** The password of every account in these tests; none of it may be said. */
export const password = 'opensesame-of-the-fleet';

/** What a system over HTTP is given, and what it does with it. */
export interface RestStage {
  needs: RestNeeds;
  /** What was said in the thread. */
  told: string[];
  /** What a probe said that it saw. */
  seen: string[];
  onSeen: OnSeen;
  clock: { at: number };
  lease: { isOurs: boolean };
  context(plan: Plan, task: PlannedTask, more?: Partial<TaskContext>): TaskContext;
}

/** A stage whose waits take no time and move the clock instead. */
export function openRestStage(secrets: Record<string, string> = {}): RestStage {
  const clock = { at: Date.UTC(2026, 10, 20, 21) };
  const told: string[] = [];
  const keys = new Set<string>();
  const seen: string[] = [];
  const lease = { isOurs: true };
  const readSecret: RestNeeds['readSecret'] = (reference) =>
    'env' in reference ? (secrets[reference.env] ?? password) : password;
  return {
    told,
    seen,
    clock,
    lease,
    onSeen: async (what, message) => void seen.push(`${what}: ${message}`),
    needs: {
      http: createHttpDriver({ readSecret, timeoutMs: 1_500, maxBytes: 1_000_000 }),
      readSecret,
      findRevisionChange: async () => null,
      now: () => clock.at,
      sleep: async (milliseconds) => {
        clock.at += milliseconds;
      },
    },
    context: (plan, task, more = {}) => ({
      plan,
      task,
      deployment: 1042,
      attempt: 1,
      run: 1,
      fence: { installation: 'lamp', environment: plan.environment.name, token: 1 },
      startedAt: clock.at,
      intendedAt: clock.at,
      backupPath: null,
      undoing: null,
      cache: null,
      tell: async (key, message) => {
        if (!keys.has(`${task.id}:${key}`)) told.push(message);
        keys.add(`${task.id}:${key}`);
      },
      isStillOurs: async () => lease.isOurs,
      ...more,
    }),
  };
}

/** A stand-in that was asked what its table lacks fails the test. */
export function expectOnlyKnown({ unknown }: StandIn): void {
  if (unknown.length > 0) throw new Error(`nobody knows how this is answered: ${unknown.join(', ')}`);
}
