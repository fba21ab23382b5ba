import type { Environment } from '../domain/configured/environment.ts';
import { type Hand, handsOn } from '../domain/deployment/delegation.ts';
import type { Deployment, DeploymentState } from '../domain/deployment/deployment.ts';
import { foldDeployment } from '../domain/deployment/fold-deployment.ts';
import { isUnseen } from '../domain/deployment/glass.ts';
import type { EnvironmentLock } from '../domain/deployment/lock.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { whatRuns, type WhatRuns } from '../domain/plan/what-runs.ts';
import type { DeploymentSummary } from '../store/deployments.ts';
import type { MemberService } from '../store/facts.ts';
import type { Store } from '../store/store.ts';
import type { AppNeeds } from './needs.ts';

/** A deployment that has not ended, or still holds members out of service. */
export interface HomeDeployment {
  summary: DeploymentSummary;
  deployment: Deployment;
  /** As it is configured now; the plan's own where it was taken out of the file. */
  environment: Environment;
  /** Where its card stands in Slack; null while it does not. */
  card: { channel: string; ts: string } | null;
}

/** An environment as far as it is known without asking anybody. */
export interface HomeEnvironment extends WhatRuns {
  environment: Environment;
  lock: EnvironmentLock | null;
  /** Members that are not in service, or were put back. */
  members: MemberService[];
  /** Those of them that were left out of service, and wait for a person. */
  held: MemberService[];
  /** What was deployed there last, and is not under way any more. */
  latest: DeploymentSummary | null;
}

/** Everything that App Homes are drawn from, the same for everybody. */
export interface HomeFacts {
  /** Epoch milliseconds. */
  now: number;
  /** What begins earlier first, then by number. */
  unfinished: HomeDeployment[];
  /** Those under way with what their progress is counted by. */
  plans: Map<number, Plan>;
  /** How many more there are, which were not read. */
  notRead: number;
  /** Ended deployments that still hold members out of service. */
  holders: HomeDeployment[];
  /** Those whose broken glass no approver has looked at yet, ended or not. */
  unseen: HomeDeployment[];
  /** Votes that are in other hands, by the number of what waits for them. */
  hands: Map<number, Hand[]>;
  environments: HomeEnvironment[];
}

/** What is planned and under way is read whole up to here; whoever has more looks elsewhere. */
const readAtMost = 120;

const planned: DeploymentState[] = ['awaiting_approval', 'scheduled'];
const underWay: DeploymentState[] = ['queued', 'running', 'paused', 'waiting'];

/** Reads what App Homes show. Costs the same however many deployments have ended. */
export async function readHome({
  store,
  configuration,
  now,
}: Pick<AppNeeds, 'store' | 'configuration' | 'now'>): Promise<HomeFacts> {
  const { environments } = configuration();
  const locks = new Map((await store.locks()).map((lock) => [lock.environment, lock]));
  const known = await Promise.all(
    environments.map(async (environment) => await readEnvironment(store, environment, locks)),
  );
  const [running, coming] = await Promise.all(
    [underWay, planned].map(async (states) => await store.list({ states, limit: readAtMost + 1 })),
  );
  const summaries = [...(running ?? []), ...(coming ?? [])];
  const read = summaries.slice(0, readAtMost);
  const unfinished = await readAll(store, environments, read);
  const numbers = new Set(read.map(({ number }) => number));
  const holding = known.flatMap(({ held }) => held.map(({ deployment }) => deployment));
  const ended = [...new Set(holding)].filter((number) => !numbers.has(number)).slice(0, readAtMost);
  const [held, looked] = await Promise.all(
    [ended, await unseenBeside(store, numbers)].map(
      async (others) => await readNumbers(store, environments, others),
    ),
  );
  const at = now();
  return {
    now: at,
    unfinished: unfinished.toSorted(byStart),
    plans: await readPlans(store, unfinished),
    notRead: summaries.length - read.length,
    holders: held ?? [],
    unseen: [...unfinished, ...(looked ?? [])].filter(({ deployment }) => isUnseen(deployment.glass)),
    hands: await readHands(store, unfinished, at),
    environments: known,
  };
}

/** What is not read already, and still waits for somebody to look at its broken glass. */
async function unseenBeside(store: Store, read: Set<number>): Promise<number[]> {
  const unseen = await store.havingDue('glass-seen', Number.MAX_SAFE_INTEGER);
  return unseen.filter((number) => !read.has(number)).slice(0, readAtMost);
}

async function readNumbers(
  store: Store,
  environments: Environment[],
  numbers: number[],
): Promise<HomeDeployment[]> {
  const found = await Promise.all(numbers.map(async (number) => (await store.summary(number)) ?? []));
  return await readAll(store, environments, found.flat());
}

/** Asked for once an environment, whatever waits there. */
async function readHands(store: Store, read: HomeDeployment[], at: number): Promise<Map<number, Hand[]>> {
  const waiting = read.filter(({ deployment }) => deployment.state === 'awaiting_approval');
  const names = [...new Set(waiting.map(({ environment }) => environment.name))];
  const usual = new Map(
    await Promise.all(
      names.map(async (environment) => [environment, await store.delegations({ environment })] as const),
    ),
  );
  return new Map(
    waiting.map(({ deployment, environment }) => [
      deployment.number,
      handsOn(deployment.handedVotes, usual.get(environment.name) ?? [], at),
    ]),
  );
}

function byStart({ summary: one }: HomeDeployment, { summary: other }: HomeDeployment): number {
  return (one.startsAt ?? 0) - (other.startsAt ?? 0) || one.number - other.number;
}

/** Ends of what may have changed servers. */
const over: DeploymentState[] = ['ok', 'ok_with_warnings', 'partial', 'error'];

async function readEnvironment(
  store: Store,
  environment: Environment,
  locks: Map<string, EnvironmentLock>,
): Promise<HomeEnvironment> {
  const { name } = environment;
  const [asked, records, members, latest] = await Promise.all([
    store.askedServers(name),
    store.records(name),
    store.members(name),
    store.list({ environment: name, states: over, limit: 1 }),
  ]);
  return {
    environment,
    lock: locks.get(name) ?? null,
    members,
    held: members.filter(({ inService }) => inService === 'held'),
    latest: latest[0] ?? null,
    ...whatRuns(environment, { asked, records }),
  };
}

async function readAll(
  store: Store,
  environments: Environment[],
  summaries: DeploymentSummary[],
): Promise<HomeDeployment[]> {
  const found = await Promise.all(
    summaries.map(async (summary) => await readOne(store, environments, summary)),
  );
  return found.flatMap((one) => one ?? []);
}

async function readOne(
  store: Store,
  environments: Environment[],
  summary: DeploymentSummary,
): Promise<HomeDeployment | null> {
  const deployment = foldDeployment(await store.eventsAfter(summary.number, 0));
  const environment =
    environments.find(({ name }) => name === summary.environment) ??
    (await store.plan(summary.planHash))?.environment;
  const card = await store.message(`card:${summary.number}`);
  if (!deployment || !environment) return null;
  return {
    summary,
    deployment,
    environment,
    card: card?.ts ? { channel: card.channel, ts: card.ts } : null,
  };
}

/** Only what is under way is counted; plans are large. */
async function readPlans(store: Store, unfinished: HomeDeployment[]): Promise<Map<number, Plan>> {
  const plans = new Map<number, Plan>();
  for (const { deployment } of unfinished.filter(({ summary }) => underWay.includes(summary.state))) {
    const plan = await store.plan(deployment.planHash);
    if (plan) plans.set(deployment.number, plan);
  }
  return plans;
}
