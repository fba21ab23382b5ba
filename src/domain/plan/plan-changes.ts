import { revisionName } from '../revision.ts';
import { canonicalJson } from './plan-hash.ts';
import type { Plan } from './plan.ts';
import { settingChanges } from './setting-changes.ts';

/** Which lines of a plan changed, in words an approver can judge. Never empty for two different plans. */
export function planChanges(before: Plan, after: Plan): string[] {
  const changes = [
    ...revisionChanges(before, after),
    ...scriptChanges(before, after),
    ...(differ(before.groups, after.groups) ? [`groups: ${sayGroups(before)}, now ${sayGroups(after)}`] : []),
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
    if (old.digest === revision.digest) return [];
    return [`the files of ${revisionName(revision)}: ${short(old.digest)} → ${short(revision.digest)}`];
  });
}

function scriptChanges(before: Plan, after: Plan): string[] {
  return Object.entries(after.scriptDigests)
    .filter(([path, digest]) => before.scriptDigests[path] !== digest)
    .map(([path, digest]) => `the script ${path}: ${short(before.scriptDigests[path])} → ${short(digest)}`);
}

/** Enough of a digest to tell two apart. */
function short(digest: string | undefined): string {
  return digest === undefined ? 'none' : `\`${digest.slice(0, 8)}\``;
}

const shownSettings = 20;

function environmentChanges(before: Plan, after: Plan): string[] {
  const lines = settingChanges(before.environment, after.environment);
  const rest = lines.length - shownSettings;
  return [
    ...lines.slice(0, shownSettings).map((line) => `\`${after.environment.name}\`: ${line}`),
    ...(rest > 0 ? [`and ${rest} more settings of \`${after.environment.name}\``] : []),
  ];
}

function sayGroups(plan: Plan): string {
  return plan.groups.map((group) => group.join('+')).join(' → ');
}
