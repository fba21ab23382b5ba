import type { ServerRun } from '../domain/attempt/run.ts';
import { isUntouched, standingOf } from '../domain/attempt/standing.ts';
import { type Deployment, hasEnded } from '../domain/deployment/deployment.ts';
import type { ServerState } from '../domain/events/states.ts';
import { type Plan, plannedServers } from '../domain/plan/plan.ts';
import { sayDuration } from './duration.ts';
import { listNames, shortName } from './names.ts';
import { sayServerState } from './server-state.ts';

/** So many servers have a line each; more are counted by how they stand. */
const mostLines = 6;
/** So many servers of one state are named. */
const mostNamed = 8;

/** How each server of a deployment stands over all attempts, for the eye and for who hears it: never more than a few lines. */
export function sayServerStates(deployment: Deployment, plan: Plan): string {
  const { run, state } = deployment;
  const servers = plannedServers(plan);
  const { excluded } = deployment.preparation;
  const planned = servers.filter((name) => !excluded.has(name));
  if (!run) return planned.length === 0 ? 'Every server is excluded.' : sayOrder(planned);
  const standing = (name: string): Standing => {
    const found = standingOf(run, name);
    if (excluded.has(name) && (found === null || isUntouched(found)))
      return { name, word: sayServerState('excluded'), state: 'excluded', run: null };
    const word = found === null || found.state === 'pending' ? untouched(state) : sayServerState(found.state);
    return { name, word, state: found?.state ?? 'pending', run: found };
  };
  const standings = servers.map(standing);
  const canary = planned.length > 1 ? planned[0] : undefined;
  return servers.length <= mostLines
    ? standings.map((each) => sayLine(each, each.name === canary)).join('\n')
    : sayGroups(
        standings,
        standings.find(({ name }) => name === canary),
      );
}

interface Standing {
  name: string;
  word: string;
  state: ServerState;
  run: ServerRun | null;
}

/** The first server shows whether the rest may follow (D-09): it is the canary. */
function sayOrder(servers: string[]): string {
  const [canary = '', ...rest] = servers;
  if (rest.length === 0) return `*${shortName(canary)}*`;
  return `In this order: *${shortName(canary)}* (canary), ${listNames(rest, mostNamed)}`;
}

function untouched(state: Deployment['state']): string {
  return hasEnded(state) ? 'not begun' : sayServerState('pending');
}

function sayLine({ name, word, state, run }: Standing, isCanary: boolean): string {
  const { startedAt = null, endedAt = null } = run ?? {};
  const took =
    startedAt === null || endedAt === null || endedAt < startedAt
      ? ''
      : `, ${sayDuration(endedAt - startedAt)}`;
  const what = needsAttention(state) ? `*${word}*` : word;
  return `*${shortName(name)}*${isCanary ? ' (canary)' : ''}: ${what}${state === 'deploying' ? '' : took}`;
}

/** What needs somebody comes first, then what is under way; what is well or waits is only counted. */
function sayGroups(standings: Standing[], canary: Standing | undefined): string {
  const groups = new Map<string, Standing[]>();
  for (const each of standings) groups.set(each.word, [...(groups.get(each.word) ?? []), each]);
  const rank = ([first]: Standing[]): number =>
    first && needsAttention(first.state) ? 0 : (ranks[first?.state ?? 'pending'] ?? 3);
  const said = [...groups.values()]
    .toSorted((left, right) => rank(left) - rank(right))
    .map((group) => sayGroup(group, canary));
  const isCounted = canary !== undefined && isOnlyCounted(canary.state);
  return [...said, ...(isCounted ? [`canary ${shortName(canary.name)}: ${canary.word}`] : [])].join(' · ');
}

function isOnlyCounted(state: ServerState): boolean {
  return state === 'ok' || state === 'pending';
}

const ranks: Partial<Record<ServerState, number>> = { deploying: 1, ok: 2 };

function sayGroup(group: Standing[], canary: Standing | undefined): string {
  const [first] = group;
  const count = `*${group.length} ${first?.word ?? ''}*`;
  if (!first || isOnlyCounted(first.state)) return count;
  const names = group.map((each) => (each === canary ? `${each.name} (canary)` : each.name));
  return `${count}: ${listNames(names, mostNamed)}`;
}

function needsAttention(state: ServerState): boolean {
  return ['error', 'unknown', 'preflight_failed', 'rolled_back'].includes(state);
}
