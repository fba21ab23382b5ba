import { revisionName } from '../revision.ts';
import { canonicalJson } from './make-plan.ts';
import type { Plan } from './plan.ts';

/** Which lines of a plan changed, in words an approver can judge. Never empty for two different plans. */
export function planChanges(before: Plan, after: Plan): string[] {
  const changes = [
    ...revisionChanges(before, after),
    ...scriptChanges(before, after),
    ...(differ(before.groups, after.groups)
      ? [`groups were ${sayGroups(before)} and are ${sayGroups(after)}`]
      : []),
    ...environmentChanges(before, after),
  ];
  return changes.length > 0 ? changes : ['the list of tasks changed'];
}

function differ(left: unknown, right: unknown): boolean {
  return canonicalJson(left) !== canonicalJson(right);
}

function revisionChanges(before: Plan, after: Plan): string[] {
  return after.revisions.flatMap((revision) => {
    const old = before.revisions.find((candidate) => revisionName(candidate) === revisionName(revision));
    if (!old) return [`revision ${revisionName(revision)} was added`];
    return old.digest === revision.digest ? [] : [`the files of ${revisionName(revision)} changed`];
  });
}

function scriptChanges(before: Plan, after: Plan): string[] {
  return Object.entries(after.scriptDigests)
    .filter(([path, digest]) => before.scriptDigests[path] !== digest)
    .map(([path]) => `the script ${path} changed`);
}

function environmentChanges(before: Plan, after: Plan): string[] {
  const old: Record<string, unknown> = { ...before.environment };
  const names = Object.entries(after.environment)
    .filter(([key, value]) => differ(value, old[key]))
    .map(([key]) => key);
  return names.length > 0
    ? [`the configuration of \`${after.environment.name}\` changed: ${names.join(', ')}`]
    : [];
}

function sayGroups(plan: Plan): string {
  return plan.groups.map((group) => group.join('+')).join(' → ');
}
