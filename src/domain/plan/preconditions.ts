import type { BatchFindings } from '../batch/conflicts.ts';
import { overridesAt, refuseStart, sayOverrideNeed } from '../calendar/windows.ts';
import { backupRule } from '../rules/backup.ts';
import { cacheRule, lookedAtRules } from '../rules/cache.ts';
import { capacityRule, filterRule, liveRule, topologyRule } from '../rules/live.ts';
import { openRules } from '../rules/open.ts';
import { executedRule, partsRule } from '../rules/parts.ts';
import { propertyRules } from '../rules/properties.ts';
import type { PreconditionFacts, Rule } from '../rules/rule.ts';
import { besideRules } from '../rules/scheduler.ts';
import type { Refusal } from '../verdict.ts';

/** One rule that was checked, in the order of the report. */
export interface Precondition {
  rule: string;
  ok: boolean;
  message: string;
  /** It holds, and says something that whoever requests has to read all the same. */
  isNews: boolean;
  /** How it is lifted; null when it holds. */
  refusal: Refusal | null;
}

/** D-19 … D-27 in the order of the source, then our own (D-28). */
const rules: Rule[] = [
  ...openRules,
  liveRule,
  ...besideRules,
  ...propertyRules,
  topologyRule,
  executedRule,
  filterRule,
  partsRule,
  backupRule,
  capacityRule,
  cacheRule,
  ...lookedAtRules,
];

/** All checks in order; every one is answered, so that all reasons stand together (D-28). */
export function checkPreconditions(facts: PreconditionFacts): Precondition[] {
  const fixed = rules
    .filter(({ concerns }) => concerns?.(facts) ?? true)
    .map((rule) => checkRule(rule, facts));
  return [...fixed, ...checkStart(facts)];
}

function checkRule({ rule, holds, check }: Rule, facts: PreconditionFacts): Precondition {
  const finding = check(facts);
  if (finding === null) return asHolding(rule, holds);
  return 'news' in finding ? asNews(rule, finding.news) : asRefused(finding);
}

/** A freeze that may be overridden refuses nothing: it says what it needs. */
function checkStart({ plan: { environment, undoes }, startsAt }: PreconditionFacts): Precondition[] {
  // What went wrong may be undone at any hour.
  if (undoes) return [];
  const refusals = refuseStart(environment, startsAt);
  if (refusals.length > 0) return refusals.map(asRefused);
  const needs = overridesAt(environment, startsAt).map(
    (override) => `It needs ${sayOverrideNeed(override)}.`,
  );
  return needs.length > 0
    ? needs.map((need) => asNews('freezes', need))
    : [asHolding('windows', 'The start lies inside the windows and outside the freezes.')];
}

/** What a place on a batch means, as the last lines of the report. */
export function judgeConflicts({ news, refusals }: BatchFindings): Precondition[] {
  return [...news.map(({ rule, message }) => asNews(rule, message)), ...refusals.map(asRefused)];
}

function asHolding(rule: string, message: string): Precondition {
  return { rule, ok: true, message, isNews: false, refusal: null };
}

function asNews(rule: string, message: string): Precondition {
  return { ...asHolding(rule, message), isNews: true };
}

function asRefused(refusal: Refusal): Precondition {
  const { rule, message } = refusal;
  return { rule, ok: false, message, isNews: false, refusal };
}
