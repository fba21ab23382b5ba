import type { SimulatedLine } from '../../src/cli/simulation/line.ts';
import { keyOf } from './expected.ts';
import {
  failedServers,
  hasFailedWork,
  isRight,
  linesOn,
  memberOf,
  moved,
  plannedServers,
  serversOf,
  type Told,
  workDone,
} from './told.ts';

/** What a law finds wrong in a simulation; nothing where it holds. */
export type Law = (told: Told) => string[];

/** Servers that are under way at once have no order among each other; the first is whichever ends first. */
export function isInWaves({ scenario }: Told): boolean {
  return scenario.environment.parallel !== null;
}

/** D-07, D-08, D-13, D-14, D-47: what is done is done in this order, once, and nothing else is. */
export const inOrder: Law = (told) => {
  if (isInWaves(told)) return [];
  const done = told.lines.flatMap((line) => workDone(told, line)?.key ?? []);
  const wanted = told.work.map(({ key }) => key).filter((key) => done.includes(key));
  const others = told.lines.filter((line) => isWork(line) && !told.workOf.has(keyOf(line)));
  return [
    ...(done.join('; ') === wanted.join('; ')
      ? []
      : [`done: ${done.join('; ')}; wanted: ${wanted.join('; ')}`]),
    ...others.map((line) => `nobody asked for ${keyOf(line)}`),
  ];
};

function isWork({ type, action, state }: SimulatedLine): boolean {
  return (
    ['VQL', 'SCH', 'STEP'].includes(type) ||
    action === 'swap' ||
    (type === 'SERVER_DEPLOYMENT' && state === 'ok')
  );
}

/** A failed task skips the rest of its server. */
export const failureEndsServer: Law = (told) =>
  plannedServers(told).flatMap((server) => {
    const states = linesOn(told, server).map(({ state }) => state);
    return states.slice(0, -1).includes('error') ? [`${server} went on after a failure`] : [];
  });

/** D-37 to D-41: a group leaves together, is applied one after another, and comes back together. */
export const groupsTogether: Law = (told) => {
  if (isInWaves(told)) return [];
  if (told.level === null)
    return told.lines.some((line) => moved(told, line) !== null)
      ? ['a simple deployment moved a member']
      : [];
  const groupOf = (member: string): number => told.groups.findIndex((members) => members.includes(member));
  const out = new Set<string>();
  const closed = new Set<number>();
  const busy = new Set<number>();
  return told.lines.flatMap((line) => {
    const work = workDone(told, line);
    if (work) {
      const member = memberOf(told, work);
      busy.add(groupOf(member));
      const isOpen = out.has(member) && !closed.has(groupOf(member));
      return isOpen ? [] : [`${work.server} was applied while ${member} was not out with its group`];
    }
    const member = moved(told, line);
    if (member === null) return [];
    const group = groupOf(member);
    if (line.action === 'disable') {
      const others = [...out].filter((other) => groupOf(other) !== group && !isHeld(told, other));
      if (line.state === 'ok') out.add(member);
      const isLate = busy.has(group) || closed.has(group) || group < 0;
      return [
        ...others.map((other) => `${member} left while ${other} of another group was out`),
        ...(isLate ? [`${member} left too late`] : []),
      ];
    }
    closed.add(group);
    const wasOut = out.delete(member);
    return wasOut ? [] : [`${member} was enabled and had not left`];
  });
};

function isHeld({ lines, level }: Told, member: string): boolean {
  return lines.some(
    ({ type, cluster, server }) => type === 'HELD' && (level === 'cluster' ? cluster : server) === member,
  );
}

/** D-42, D-43: only what finished is put back, and what was never touched. */
export const onlyFinishedIsPutBack: Law = (told) =>
  told.lines.flatMap((line, index) => {
    const member = moved(told, line);
    if (member === null || line.action !== 'enable') return [];
    const servers = serversOf(told, member);
    const isFinished = servers.every((server) => isRight(told, server));
    const isUntouched = servers.every((server) => linesOn(told, server).length === 0);
    const failedBefore = failedServers(told, told.lines.slice(0, index));
    const isGood = (isFinished && !servers.some((server) => failedBefore.has(server))) || isUntouched;
    return isGood ? [] : [`${member} was put back, and is not finished`];
  });

/** D-42: whatever finished, and whatever left and was never touched, is put back, or that was tried. */
export const putBackIsTried: Law = (told) =>
  told.groups.flat().flatMap((member) => {
    const moves = told.lines.filter((line) => moved(told, line) === member);
    if (!moves.some(({ action, state }) => action === 'disable' && state === 'ok')) return [];
    const servers = serversOf(told, member);
    const isTried = moves.some(({ action }) => action === 'enable');
    const cluster = told.level === 'cluster' ? member : null;
    const syncFailed = told.lines.some(
      (line) => line.type === 'DATACATALOG_SYNC' && line.state === 'error' && line.cluster === cluster,
    );
    const isFinished = servers.every((server) => isRight(told, server)) && !syncFailed;
    const isUntouched = servers.every((server) => linesOn(told, server).length === 0);
    return isTried || !(isFinished || isUntouched) ? [] : [`nobody put ${member} back`];
  });

/** Law 4: what left is back, or stands as held; what could not leave is held and left alone. */
export const backOrHeld: Law = (told) => {
  const moves = told.lines.filter((line) => moved(told, line) !== null);
  return told.groups.flat().flatMap((member) => {
    const of = (action: string, state: string): number =>
      moves.filter((line) => moved(told, line) === member && line.action === action && line.state === state)
        .length;
    const held = isHeld(told, member);
    const shouldBeHeld = of('disable', 'error') > 0 || of('disable', 'ok') > of('enable', 'ok');
    return [
      ...(held === shouldBeHeld
        ? []
        : [`${member} ${held ? 'is held and came back' : 'is neither back nor held'}`]),
      ...(of('disable', 'error') > 0 && of('enable', 'ok') > 0
        ? [`${member} could not leave and was enabled`]
        : []),
      ...(of('disable', 'ok') > 1 || of('enable', 'ok') > 1 ? [`${member} was moved twice`] : []),
    ];
  });
};

/** Law 5: what stays in service is never less than the floor. */
export const floorHolds: Law = (told) => {
  if (told.level === null) return [];
  const total =
    told.level === 'cluster' ? told.targets.length : told.targets.flatMap(({ live }) => live).length;
  const floor = told.scenario.environment.minInService ?? 1;
  const out = new Set<string>();
  return told.lines.flatMap((line) => {
    const member = moved(told, line);
    if (member === null) return [];
    if (line.action === 'enable') {
      if (line.state === 'ok') out.delete(member);
      return [];
    }
    out.add(member);
    return total - out.size >= floor
      ? []
      : [`${total - out.size} of ${total} in service, the floor is ${floor}`];
  });
};

/** Law 6: with its budget used up, no further server begins. */
export const budgetHolds: Law = (told) => {
  if (isInWaves(told)) return [];
  const { onServerFailure, maxFailures } = told.scenario.environment;
  const planned = plannedServers(told);
  const limit =
    maxFailures === null
      ? onServerFailure === 'stop'
        ? 1
        : Infinity
      : 'count' in maxFailures
        ? maxFailures.count
        : Math.max(1, Math.ceil((maxFailures.percent / 100) * planned.length));
  const begun = new Set<string>();
  return told.lines.flatMap((line, index) => {
    const server = workDone(told, line)?.server;
    if (server === undefined || begun.has(server)) return [];
    begun.add(server);
    const failed = failedServers(told, told.lines.slice(0, index)).size;
    return failed < limit ? [] : [`${server} began after ${failed} failures, and the budget is ${limit}`];
  });
};

/** What is left of the groups after a refusal is skipped. */
export const guardStops: Law = (told) => {
  const guard = told.lines.findIndex(({ type }) => type === 'GUARD');
  if (guard < 0) return [];
  const late = told.lines.slice(guard).flatMap((line) => workDone(told, line)?.server ?? []);
  return late.map((server) => `${server} was deployed to after a group was refused`);
};

/** Where nothing failed and nothing was refused, everything is done. */
export const allIsDone: Law = (told) => {
  const isDisturbed = told.lines.some(({ type, state }) => state === 'error' || type === 'GUARD');
  const undone = plannedServers(told).filter(
    (server) => !isRight(told, server) && !hasFailedWork(told, server),
  );
  return isDisturbed ? [] : undone.map((server) => `${server} was left out, and nothing had failed`);
};
