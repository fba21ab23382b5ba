import { keyOf, swaps, syncsOf } from './expected.ts';
import { isInWaves, type Law } from './laws-of-order.ts';
import {
  failedServers,
  hasFailedWork,
  isDone,
  isRight,
  linesOn,
  moved,
  plannedServers,
  serversOf,
  type Told,
} from './told.ts';

/** D-47: every finished server uses the same new cache, and every other one the old one, unless that failed. */
export const cachesAreRight: Law = (told) => {
  const { environment, revisions } = told.scenario;
  if (!swaps(environment, revisions)) {
    const moves = told.lines.filter(({ type }) => type === 'CACHE');
    return moves.map(({ server }) => `the cache of ${server ?? ''} was touched`);
  }
  return plannedServers(told).flatMap((server) => {
    const wanted = isRight(told, server)
      ? environment.sharedCache?.secondaryUrl
      : environment.sharedCache?.primaryUrl;
    const swap = told.lines.findIndex((line) => isCacheMove(line, server, 'swap') && line.state === 'ok');
    const revert = told.lines.findIndex((line) => isCacheMove(line, server, 'revert'));
    const rollback = told.lines.findIndex(
      (line) => line.type === 'ROLLBACK' && line.server === server && isDone(line),
    );
    const mustRevert = swap >= 0 && hasFailedWork(told, server);
    const couldNot = told.lines[revert]?.state === 'error';
    return [
      ...(told.after.servers.get(server)?.cache === wanted || couldNot
        ? []
        : [`${server} uses the wrong cache`]),
      ...(mustRevert === revert >= 0 ? [] : [`${server} was ${mustRevert ? 'not ' : ''}swapped back`]),
      ...(rollback >= 0 && mustRevert && revert > rollback
        ? [`${server} was restored before it was swapped back`]
        : []),
    ];
  });
};

function isCacheMove(line: Told['lines'][number], server: string, action: 'swap' | 'revert'): boolean {
  return line.type === 'CACHE' && line.server === server && line.action === action && isDone(line);
}

/** D-06: only a cluster that succeeded is synchronised, all of it, and before it comes back. */
export const syncsFollowSuccess: Law = (told) =>
  told.targets.flatMap(({ cluster, servers }) => {
    const isOf = (line: Told['lines'][number]): boolean => line.cluster === cluster.name && isDone(line);
    const done = told.lines.filter((line) => line.type === 'DATACATALOG_SYNC' && isOf(line));
    const before = told.lines.slice(0, done[0] ? told.lines.indexOf(done[0]) : told.lines.length);
    const names = servers.map(({ name }) => name);
    const failed = failedServers(told, before);
    const isGood = names.length > 0 && names.every((name) => isRight(told, name) && !failed.has(name));
    const all = syncsOf(told.scenario, cluster);
    const stop = done.findIndex(({ state }) => state === 'error');
    const wanted = isGood ? all.slice(0, stop < 0 ? all.length : stop + 1) : [];
    const isBack = before.some(
      (line) => line.type === 'SCRIPT_CLUSTER' && line.action === 'enable' && isOf(line),
    );
    const lastWork = told.lines.findLastIndex((line) =>
      names.some((name) => linesOn(told, name).includes(line)),
    );
    return [
      ...(done.map(({ step, server }) => `${step} ${server}`).join() === wanted.join()
        ? []
        : [
            `${cluster.name}: synchronised ${done.map(({ server }) => server).join()}, wanted ${wanted.join()}`,
          ]),
      ...(done.length > 0 && isBack ? [`${cluster.name} came back before it was synchronised`] : []),
      ...(done[0] && told.lines.indexOf(done[0]) < lastWork
        ? [`${cluster.name} was synchronised too early`]
        : []),
    ];
  });

/** The backup follows everything, also a failure, once anything was begun. */
export const backupFollows: Law = (told) => {
  const backups = told.lines.filter((line) => line.type === 'BACKUP' && isDone(line));
  const begun = plannedServers(told).some((server) => linesOn(told, server).length > 0);
  const wanted = begun && told.scenario.environment.backupAfter !== null ? 1 : 0;
  const later = backups[0] ? told.lines.slice(told.lines.indexOf(backups[0]) + 1) : [];
  return [
    ...(backups.length === wanted ? [] : [`${backups.length} backups, wanted ${wanted}`]),
    ...(later.some((line) => isDone(line) && line.type !== 'RESULT')
      ? ['something followed the backup']
      : []),
    ...backups.flatMap(({ server }) =>
      server === plannedServers(told)[0] ? [] : ['the backup is of another server'],
    ),
  ];
};

/** Law 12: only the first server is restored, only where it failed and that is configured, and it stays held. */
export const onlyFirstIsRestored: Law = (told) => {
  if (isInWaves(told)) return [];
  const { rollback, system } = told.scenario.environment;
  const [first = ''] = plannedServers(told);
  const restored = told.lines.filter((line) => line.type === 'ROLLBACK' && isDone(line));
  const wanted = rollback?.onFirstServerFailure === true && hasFailedWork(told, first);
  const others = restored.filter(({ server }) => server !== first);
  const member = told.groups.flat().find((name) => serversOf(told, name).includes(first));
  const enabled = told.lines.some(
    (line) =>
      moved(told, line) === member && member !== undefined && line.action === 'enable' && isDone(line),
  );
  return [
    ...others.map(({ server }) => `${server ?? ''} was restored and is not the first`),
    ...(restored.length > 0 === wanted
      ? []
      : [`the first server was ${wanted ? 'not ' : ''}restored (${system})`]),
    ...(restored.length > 0 && enabled ? ['a restored server was put back'] : []),
  ];
};

/** The end stands once, last, and says neither more nor less than what happened. */
export const resultIsTrue: Law = (told) => {
  const results = told.lines.filter(({ type }) => type === 'RESULT');
  const planned = plannedServers(told);
  const failed = failedServers(told);
  const right = planned.filter((server) => isRight(told, server) && !failed.has(server));
  const hasWarned = told.lines.some(
    ({ state, type }) => type !== 'RESULT' && (state === 'warning' || state === 'error'),
  );
  const whole = hasWarned ? 'ok_with_warnings' : 'ok';
  const wanted = right.length === planned.length ? whole : right.length > 0 ? 'partial' : 'error';
  const isLast = told.lines.at(-1)?.type === 'RESULT';
  return [
    ...(results.length === 1 && isLast ? [] : [`${results.length} results`]),
    ...results.flatMap(({ state }) =>
      state === wanted ? [] : [`the end says ${state}, and it is ${wanted}`],
    ),
  ];
};

/** Law 13: whatever was to be done has its line, and whatever is left out says so. */
export const nothingIsOmitted: Law = (told) => {
  const skippedServers = told.lines.filter(
    ({ type, state }) => type === 'SERVER_DEPLOYMENT' && state === 'skipped',
  );
  const skippedClusters = told.lines
    .filter(({ type }) => type === 'CLUSTER_DEPLOYMENT')
    .map(({ cluster }) => cluster);
  const silent = told.scenario.environment.clusters.flatMap(({ name: cluster, servers }) =>
    servers.flatMap(({ name, role }) => {
      const work = told.work.filter(({ server }) => server === name).map(({ key }) => key);
      const lines = told.lines.filter((line) => work.includes(keyOf(line)) && !skippedServers.includes(line));
      const skips = skippedServers.filter(({ server }) => server === name).length;
      const isTold =
        skips === 0 ? work.length > 0 && lines.length === work.length : skips === 1 && lines.length === 0;
      const isOff = skippedClusters.includes(cluster) && skips === 0 && lines.length === 0;
      return role !== 'vdp' || isTold || isOff
        ? []
        : [`${name}: ${lines.length} of ${work.length} lines, ${skips} times left out`];
    }),
  );
  const unexplained = told.lines.filter(
    ({ state, note }) => !['ok', 'partial'].includes(state) && note === '',
  );
  return [
    ...silent,
    ...unexplained.filter(({ type }) => type !== 'RESULT').map((line) => `no reason: ${keyOf(line)}`),
  ];
};

/** Nothing fails by itself. */
export const onlyStrikesFail: Law = (told) => {
  const failed = told.lines.filter(({ note }) => note.endsWith('because --fail says so'));
  const others = told.lines.filter(
    ({ state, type, note }) =>
      state === 'error' && !['GUARD', 'RESULT'].includes(type) && !note.endsWith('because --fail says so'),
  );
  const tooMany = failed.length > told.scenario.fails.length ? [`${failed.length} failures`] : [];
  return [...tooMany, ...others.map((line) => `${keyOf(line)} failed by itself`)];
};
