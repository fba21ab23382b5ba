import { needsWatcher } from '../domain/calendar/night.ts';
import type { WatchRule } from '../domain/configured/hours.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { namesOfRole } from '../domain/roles.ts';
import { askInstead, type InsteadOfStart, skipStart } from './instead-of-start.ts';
import type { AppNeeds } from './needs.ts';

/** What is written instead of a start at night that nobody watches; null where somebody does, or nobody needs to. */
export function unwatched(needs: AppNeeds, deployment: Deployment, plan: Plan): InsteadOfStart | null {
  const { watcher: rule } = plan.environment;
  const { watcher, isWaived } = deployment.preparation.watch;
  // What went wrong may be undone at any hour.
  if (!rule || plan.undoes || watcher || isWaived || rule.ifAbsent === 'go') return null;
  if (!needsWatcher(plan.environment, needs.now())) return null;
  if (rule.ifAbsent === 'skip') return skipStart(`nobody watches it, and ${sayHours(rule)}`);
  const who = rule.from.map((role) => namesOfRole(needs.configuration(), role)).filter(Boolean);
  const text = `Nobody watches #${deployment.number}, and ${sayHours(rule)}. Any of ${who.join(', ') || rule.from.join(', ')} may press *I am watching*, and then it starts.`;
  return askInstead(plan.environment.questions, { kind: 'no-watcher', text, now: needs.now() });
}

function sayHours({ outside: [from, to] }: WatchRule): string {
  return `what starts outside ${from} to ${to} is watched by somebody`;
}
