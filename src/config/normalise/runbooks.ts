import type { Script, ScriptArgument, Scripts } from '../../domain/configured/balancer-scripts.ts';
import type { QuestionRule, Runbook, Step } from '../../domain/configured/runbook.ts';
import type { EnvironmentFile } from '../schema/configuration.ts';
import { absolutePath, type Base, valueOf } from './values.ts';

type ScriptsFile = NonNullable<EnvironmentFile['scripts']>;
type RunbookFile = NonNullable<EnvironmentFile['runbooks']>[string];

/** How many steps may use each share at once. */
export type Shares = Record<string, number>;

const defaultScriptSeconds = 60;

/** Runbooks by name, each step with its own time. */
export function normaliseRunbooks(environment: EnvironmentFile, shares: Shares): Record<string, Runbook> {
  const minutes = environment.deployments.stepTimeoutMinutes ?? 15;
  const questions = normaliseQuestions(environment.deployments);
  return Object.fromEntries(
    Object.entries(environment.runbooks ?? {}).map(([name, runbook]) => [
      name,
      {
        needsNoBackup: runbook.backup === 'none',
        steps: runbook.steps.map((step) => normaliseStep(step, { minutes, questions, shares })),
      },
    ]),
  );
}

/** How long questions wait, and what is done without an answer. */
export function normaliseQuestions({ questions }: EnvironmentFile['deployments']): QuestionRule {
  return {
    deadlineMinutes: questions?.deadlineMinutes ?? 30,
    defaultAnswer: questions?.default ?? 'stop',
  };
}

function normaliseStep(
  step: RunbookFile['steps'][number],
  defaults: { minutes: number; questions: QuestionRule; shares: Shares },
): Step {
  const { minutes, questions, shares } = defaults;
  const atOnce = step.share === undefined ? undefined : shares[step.share];
  return {
    id: step.id,
    run: step.run ?? '',
    kind: step.kind ?? 'apply',
    timeoutSeconds: (step.timeoutMinutes ?? minutes) * 60,
    idempotent: step.idempotent ?? false,
    unless: step.unless ?? null,
    component: step.component ?? null,
    share: step.share === undefined || atOnce === undefined ? null : { name: step.share, atOnce },
    manual: step.manual ?? null,
    notify: step.notify ?? null,
    onError: step.onError ?? 'stop',
    question: {
      deadlineMinutes: step.deadlineMinutes ?? questions.deadlineMinutes,
      defaultAnswer: step.default ?? questions.defaultAnswer,
    },
    notExecuted: step.reboot ? ['reboot'] : [],
  };
}

/** The load balancer's scripts; null for those that are not configured. */
export function normaliseScripts(base: Base, scripts: ScriptsFile | undefined): Scripts {
  const script = (key: Exclude<keyof ScriptsFile, 'timeoutSeconds'>): Script | null => {
    const written = scripts?.[key];
    if (written === undefined) return null;
    return {
      run: absolutePath(base, written.run),
      args: (written.args ?? []).map((argument) => normaliseArgument(base, argument)),
      timeoutSeconds: written.timeoutSeconds ?? scripts?.timeoutSeconds ?? defaultScriptSeconds,
      idempotent: written.idempotent ?? false,
    };
  };
  return {
    disableServer: script('disableServer'),
    enableServer: script('enableServer'),
    statusServer: script('statusServer'),
    disableCluster: script('disableCluster'),
    enableCluster: script('enableCluster'),
    statusCluster: script('statusCluster'),
  };
}

function normaliseArgument(base: Base, argument: ScriptArgument): ScriptArgument {
  return 'variable' in argument ? argument : { literal: valueOf(base, argument.literal) };
}
