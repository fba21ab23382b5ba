import { needsWatcher } from '../domain/calendar/night.ts';
import type { WatchRule } from '../domain/configured/hours.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { namesOfRole } from '../domain/roles.ts';
import type { MissedDecision } from './missed-start.ts';
import type { AppNeeds } from './needs.ts';

/** What is written instead of a start at night that nobody watches; null where somebody does, or nobody needs to. */
export function unwatched(needs: AppNeeds, deployment: Deployment, plan: Plan): MissedDecision | null {
  const { watcher: rule } = plan.environment;
  const { watcher, isWaived } = deployment.preparation.watch;
  // What went wrong may be undone at any hour.
  if (!rule || plan.undoes || watcher || isWaived || rule.ifAbsent === 'go') return null;
  if (!needsWatcher(plan.environment, needs.now())) return null;
  if (rule.ifAbsent === 'skip')
    return { events: [{ type: 'missed', reason: `nobody watches it, and ${sayHours(rule)}` }], due: [] };
  const deadlineAt = needs.now() + plan.environment.questions.deadlineMinutes * 60_000;
  const who = rule.from.map((role) => namesOfRole(needs.configuration(), role)).filter(Boolean);
  const question = {
    id: `no-watcher-${needs.now()}`,
    kind: 'no-watcher' as const,
    text: `Nobody watches #${deployment.number}, and ${sayHours(rule)}. Any of ${who.join(', ') || rule.from.join(', ')} may press *I am watching*, and then it starts.`,
    task: null,
    group: null,
    choices: ['start' as const, 'skip' as const],
    defaultChoice: 'skip' as const,
    deadlineAt,
  };
  return { events: [{ type: 'question_asked', question }], due: [{ add: 'question', at: deadlineAt }] };
}

function sayHours({ outside: [from, to] }: WatchRule): string {
  return `what starts outside ${from} to ${to} is watched by somebody`;
}
