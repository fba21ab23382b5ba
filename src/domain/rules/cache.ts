import { chooseCache } from '../attempt/choose-cache.ts';
import { cacheToSwap } from '../plan/denodo-tasks.ts';
import { liveClusters, type Plan } from '../plan/plan.ts';
import { revisionName } from '../revision.ts';
import type { Refusal, Warning } from '../verdict.ts';
import { byConfiguration, type Finding, type PreconditionFacts, type Rule } from './rule.ts';

/** Says why a secondary cache that is configured is left alone this time (D-48). */
export const cacheRule: Rule = {
  rule: 'D-48',
  holds: 'The cache is swapped: a revision loads it.',
  concerns: ({ plan: { environment, undoes } }) => environment.sharedCache !== null && !undoes,
  check: sayUnswapped,
};

function sayUnswapped({ plan: { environment, revisions } }: PreconditionFacts): Finding {
  if (cacheToSwap(environment, revisions) !== null) return null;
  if (liveClusters(environment).length > 1)
    return {
      news: 'A secondary cache is for a single cluster (D-45), and several are live: the cache is left as it is.',
    };
  return { news: 'No VDP Cache task in these revisions: the cache is left as it is.' };
}

/** What servers said of their caches, where these are swapped; the attempt looks for itself before it touches any. */
export const lookedAtRules: Rule[] = [
  {
    rule: 'D-47a',
    holds: 'The first server uses one of the two caches.',
    concerns: (facts) => firstCache(facts) !== undefined,
    check: checkCacheInUse,
  },
  {
    rule: 'D-51',
    holds: 'The cache is on wherever a server was asked.',
    concerns: ({ plan, looks }) =>
      swaps(plan) && looks.some(({ known }) => known?.answer.cacheIsOn !== undefined),
    check: checkCachesOn,
  },
];

function swaps({ environment, revisions, undoes }: Plan): boolean {
  return !undoes && cacheToSwap(environment, revisions) !== null;
}

/** What the first server said of the cache that it uses; undefined where nothing is known. */
function firstCache({ plan, looks: [first] }: PreconditionFacts): string | null | undefined {
  return swaps(plan) ? first?.known?.answer.cache : undefined;
}

function checkCacheInUse(facts: PreconditionFacts): Refusal | null {
  const server = facts.looks[0]?.server ?? '';
  const choice = chooseCache(facts.plan, { cache: null }, { server, inUse: firstCache(facts) ?? null });
  if (choice === null || 'next' in choice) return null;
  return {
    rule: 'D-47a',
    message: `${choice.message}.`,
    liftedBy: byConfiguration,
    wayOut:
      'Give its URL as one of the two in deployments.sharedCache, or set one of these two on the server.',
  };
}

function checkCachesOn({ looks }: PreconditionFacts): Refusal | null {
  const off = looks.filter(({ known }) => known?.answer.cacheIsOn === false).map(({ server }) => server);
  if (off.length === 0) return null;
  return {
    rule: 'D-51',
    message: `The cache is off on ${off.join(', ')}, and these revisions swap caches.`,
    liftedBy: 'whoever administers these servers',
    wayOut: 'Switch the cache on there, or deploy without VDP Cache tasks.',
  };
}

/** What a revision does to caches that people do not expect of it (D-52, D-60). */
export function cacheWarnings(plan: Plan): Warning[] {
  if (plan.environment.system !== 'denodo' || plan.undoes) return [];
  return [...spreadSources(plan), ...unswappedSources(plan)];
}

/** D-60: cache data sources of a revision reach every cluster. */
function spreadSources(plan: Plan): Warning[] {
  const sources = sourcesByRevision(plan);
  if (liveClusters(plan.environment).length < 2 || sources.length === 0) return [];
  const contents = sources.map(
    ({ name, sources: names }) =>
      `The revision '${name}' contains the following cache data sources: ${names.join(', ')}.`,
  );
  const message = [
    'Some revisions include cache data sources. Deploying these revisions will set the same cache data source for all the clusters in the environment.',
    ...contents,
    'Do you want to proceed with the deployment?',
  ].join(' ');
  return [{ rule: 'D-60', message }];
}

/** D-52: the swap changes the global cache only. */
function unswappedSources(plan: Plan): Warning[] {
  if (cacheToSwap(plan.environment, plan.revisions) === null) return [];
  const own = sourcesByRevision(plan)
    .flatMap(({ sources }) => sources)
    .filter((source) => !source.toLowerCase().endsWith(`.${globalSource}`));
  return own.length === 0 ? [] : [notSwapped([...new Set(own)])];
}

const globalSource = 'vdpcachedatasource';

/** The warning about caches beside the global one. */
function notSwapped(sources: string[]): Warning {
  return {
    rule: 'D-52',
    message: `Only the global cache is swapped; these cache data sources of single databases are not: ${sources.join(', ')}.`,
  };
}

function sourcesByRevision({ revisions }: Plan): { name: string; sources: string[] }[] {
  return revisions
    .filter(({ operation }) => operation === 'create')
    .map((revision) => ({
      name: revisionName(revision),
      sources: Object.values(revision.parts).flatMap(({ vql }) => vql?.cacheDataSources ?? []),
    }))
    .filter(({ sources }) => sources.length > 0);
}
