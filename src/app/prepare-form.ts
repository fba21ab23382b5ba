import { refusePast } from '../domain/calendar/past.ts';
import type { Environment } from '../domain/configured/environment.ts';
import type { DeploymentState } from '../domain/deployment/deployment.ts';
import { environmentChoices, type EnvironmentChoices } from '../domain/plan/environment-choices.ts';
import { runsForForecast, type ServerTime } from '../domain/plan/forecast.ts';
import type { Person } from '../domain/roles.ts';
import type { Refusal } from '../domain/verdict.ts';
import type { DeploymentSummary } from '../store/deployments.ts';
import type { ServerRecord } from '../store/facts.ts';
import type { LoadedBatch } from './batch.ts';
import type { AppNeeds } from './needs.ts';
import { checkEnvironment, planDeployment, type PlannedDeployment, refusalsOf } from './plan-deployment.ts';
import { resolveSelection } from './resolve-selection.ts';

/** What somebody has chosen so far. */
export interface ChosenSoFar {
  person: Person;
  environment: string | null;
  selection: string[];
  /** Null: every enabled server. */
  servers: string[] | null;
  /** Epoch milliseconds; `open`: at an hour that is not chosen yet. */
  startsAt: 'now' | 'open' | number;
  /** The batch that it joins; absent: none. */
  batch?: LoadedBatch;
}

/** Everything a form shows about what is chosen so far. */
export interface PreparedForm {
  /** Whoever fills it in. */
  requestedBy: string;
  choices: EnvironmentChoices;
  /** As the configuration has it now; null while none is chosen, or one that it does not have. */
  environment: Environment | null;
  /** Null while something is missing for a plan, or speaks against making one. */
  planned: PlannedDeployment | null;
  refusals: Refusal[];
  /** How long servers took there in the latest deployments. */
  earlier: ServerTime[];
  /** What else is to be done or under way there, the oldest first. */
  beside: DeploymentSummary[];
  /** What deployments left on its servers. */
  records: ServerRecord[];
  /** Epoch milliseconds. */
  now: number;
}

const mostBeside = 100;
const unfinished: DeploymentState[] = [
  'awaiting_approval',
  'scheduled',
  'queued',
  'running',
  'waiting',
  'paused',
];

/** Looks everything up that a form says about what is chosen so far. Writes nothing but digests of revisions that are new. */
export async function prepareForm(needs: AppNeeds, chosen: ChosenSoFar): Promise<PreparedForm> {
  const { person, selection } = chosen;
  const configuration = needs.configuration();
  const resolved = selection.length === 0 ? null : await resolveSelection(needs, selection);
  const revisions = resolved?.ok ? resolved.value.revisions : [];
  const environment = configuration.environments.find(({ name }) => name === chosen.environment) ?? null;
  const { planned, refusals } = await planSoFar(needs, chosen);
  const unresolved = resolved?.ok === false ? resolved.refusals : [];
  return {
    requestedBy: person.id,
    choices: environmentChoices(person, configuration, revisions),
    environment,
    planned,
    refusals: withoutRepeats([...unresolved, ...refusals]),
    ...(await lookAround(needs, environment)),
    now: needs.now(),
  };
}

/** The same without anything that has to be looked up, for a form that stays while that cannot be done. */
export function bareForm(needs: AppNeeds, { person, environment: name }: ChosenSoFar): PreparedForm {
  const configuration = needs.configuration();
  return {
    requestedBy: person.id,
    choices: environmentChoices(person, configuration, []),
    environment: configuration.environments.find((candidate) => candidate.name === name) ?? null,
    planned: null,
    refusals: [],
    earlier: [],
    beside: [],
    records: [],
    now: needs.now(),
  };
}

/** The plan as far as it can be made, and everything that speaks against it now. */
export async function planSoFar(
  needs: AppNeeds,
  { person, environment, selection, servers, startsAt, batch }: ChosenSoFar,
): Promise<{ planned: PlannedDeployment | null; refusals: Refusal[] }> {
  const hour = typeof startsAt === 'number' ? startsAt : null;
  const past = refusePast(hour, person.timezone, needs.now());
  if (environment === null) return { planned: null, refusals: past ? [past] : [] };
  const request = { environment, servers, person, startsAt: hour };
  const verdict =
    selection.length === 0
      ? null
      : await planDeployment(needs, { ...request, selection, ...(batch && { batch }) });
  const refusals = verdict?.ok
    ? refusalsOf(verdict.value)
    : [...(verdict?.refusals ?? []), ...(await checkEnvironment(needs, request))];
  const timely = startsAt === 'open' ? refusals.filter(({ rule }) => !aboutTheHour.includes(rule)) : refusals;
  return {
    planned: verdict?.ok ? verdict.value : null,
    refusals: withoutRepeats([...(past ? [past] : []), ...timely]),
  };
}

/** Whoever has not said when yet is not told what holds now. */
const aboutTheHour = ['windows', 'freezes', 'D-21'];

async function lookAround(
  { store }: AppNeeds,
  environment: Environment | null,
): Promise<Pick<PreparedForm, 'earlier' | 'beside' | 'records'>> {
  if (environment === null) return { earlier: [], beside: [], records: [] };
  const { name } = environment;
  const beside = await store.list({ environment: name, states: unfinished, limit: mostBeside });
  return {
    earlier: await store.serverTimes(name, runsForForecast),
    beside: beside.toReversed(),
    records: await store.records(name),
  };
}

function withoutRepeats(refusals: Refusal[]): Refusal[] {
  return refusals.filter(
    ({ message }, index) => refusals.findIndex((other) => other.message === message) === index,
  );
}
