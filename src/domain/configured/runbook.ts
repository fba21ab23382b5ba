/** What a step is for; `apply` changes the server, `verify` only looks. */
export type StepKind = 'apply' | 'verify' | 'backup' | 'verify-backup' | 'rollback';

/** One `/bin/sh -c` line of a runbook; features this version does not execute are listed in `notExecuted`. */
export interface Step {
  id: string;
  run: string;
  kind: StepKind;
  timeoutSeconds: number;
  idempotent: boolean;
  /** A read-only line: when it ends with 0 the step is already right and is skipped. */
  unless: string | null;
  component: string | null;
  /** A resource of `limits.shares` that it uses, and how many steps may use it at once; null where it uses none. */
  share: { name: string; atOnce: number } | null;
  /** What a person does and confirms; null where the step is no work of a person. */
  manual: string | null;
  /** Who is told, and nothing is run: the server's owner, or a Slack user; null where nobody is. */
  notify: string | null;
  /** What a failure means: the server's end, or a question. */
  onError: 'stop' | 'ask';
  /** Until when its question waits, and what is done without an answer. */
  question: QuestionRule;
  /** Configured for this step but not executed by this version, in words (`reboot`, …). */
  notExecuted: string[];
}

/** How long an answer is waited for, and what is done when nobody gives one. */
export interface QuestionRule {
  deadlineMinutes: number;
  defaultAnswer: 'stop' | 'skip' | 'retry';
}

/** How a failed server is undone. */
export interface RollbackRule {
  /** The runbook that restores a server; null where the system does it from a backup of its own. */
  runbook: string | null;
  /** The first server of a deployment (in waves: of each wave) is restored by itself when it fails. */
  onFirstServerFailure: boolean;
  /** After a failed deployment what it changed is rolled back by itself, unless somebody stops it; null: never. */
  countdownSeconds: number | null;
  /** The environment is locked afterwards. */
  lockAfter: boolean;
}

/** Ordered work on one server. */
export interface Runbook {
  steps: Step[];
  /** True where the runbook says `backup: none`. */
  needsNoBackup: boolean;
}
