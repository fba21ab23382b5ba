import type { Environment } from '../domain/configured/environment.ts';
import { withFilledProperties } from '../domain/plan/filled-properties.ts';
import type { ServerLook } from '../domain/plan/inspection.ts';
import { makePlan } from '../domain/plan/make-plan.ts';
import { planHash } from '../domain/plan/plan-hash.ts';
import type { Plan, Undoing } from '../domain/plan/plan.ts';
import { checkPreconditions, judgeConflicts, type Precondition } from '../domain/plan/preconditions.ts';
import { findWarnings } from '../domain/plan/warnings.ts';
import { type Revision, revisionName } from '../domain/revision.ts';
import type { Person } from '../domain/roles.ts';
import type { KnownBackup, PreconditionFacts } from '../domain/rules/rule.ts';
import { accept, refuse, type Refusal, type Verdict, type Warning } from '../domain/verdict.ts';
import { serverLooks } from './ask-servers.ts';
import { conflictsIn, type LoadedBatch } from './batch.ts';
import { busyIn } from './busy-environment.ts';
import { findEnvironment } from './find-environment.ts';
import type { PlanningNeeds } from './needs.ts';
import { resolveSelection } from './resolve-selection.ts';

/** What somebody wants to deploy. */
export interface PlanDeployment {
  environment: string;
  /** `name@version` of revisions in order, or of one package. */
  selection: string[];
  /** Null: every enabled server. */
  servers: string[] | null;
  /** Null on the command line, where no role is asked for. */
  person: Person | null;
  /** Null: now. */
  startsAt: number | null;
  /** The deployment that it rolls back; absent where it is none. */
  undoes?: Undoing | null;
  /** The batch that it joins; absent: none. */
  batch?: LoadedBatch;
  /** It is about to begin: its servers are asked then, group by group, and no older answer stands in the way. */
  isStarting?: boolean;
}

/** A plan with everything that speaks for and against it. A refused plan is still a plan that can be shown. */
export interface PlannedDeployment {
  plan: Plan;
  hash: string;
  preconditions: Precondition[];
  warnings: Warning[];
  /** What its servers said lately; empty where there is no memory of it. */
  looks: ServerLook[];
  /** Epoch milliseconds. */
  plannedAt: number;
}

/** Makes the plan of a request and checks every rule. Refuses only what cannot be planned at all: unknown names, unreadable files. */
export async function planDeployment(
  needs: PlanningNeeds,
  request: PlanDeployment,
): Promise<Verdict<PlannedDeployment>> {
  const configuration = needs.configuration();
  const found = findEnvironment(configuration, request.environment);
  if (!found.ok) return found;
  const environment = await withFilled(needs, found.value);
  const selection = await resolveSelection(needs, request.selection);
  if (!selection.ok) return selection;
  const scripts = await digestScripts(needs, environment);
  if (!scripts.ok) return scripts;
  const immutable = await refuseChanged(needs, selection.value.revisions);
  if (immutable) return refuse(immutable);

  const plan = makePlan({
    environment,
    revisions: selection.value.revisions,
    package: selection.value.package,
    scriptDigests: scripts.value,
    serverFilter: request.servers,
    undoes: request.undoes ?? null,
  });
  const held = await needs.heldMembers(environment.name);
  const backup = await knownBackup(needs, environment);
  const looks = await serverLooks(needs, plan);
  const counting = request.isStarting ? [] : looks;
  const facts = { plan, configuration, backup, looks: counting, ...(await whenAndWhether(needs, request)) };
  const inBatch = request.batch && conflictsIn(request.batch, plan);
  return accept({
    plan,
    hash: planHash(plan),
    preconditions: [...checkPreconditions(facts), ...(inBatch ? judgeConflicts(inBatch) : [])],
    warnings: [
      ...findWarnings({ plan, held, backup, startsNow: request.startsAt === null }),
      ...(inBatch?.warnings ?? []),
    ],
    looks,
    plannedAt: needs.now(),
  });
}

/** What of a request is known before anything is chosen that could be deployed. */
export type ChosenEnvironment = Pick<PlanDeployment, 'environment' | 'servers' | 'person' | 'startsAt'>;

/** The rules that ask nothing about revisions. */
const aboutEnvironment = [
  'D-01',
  'D-19',
  'lock',
  'D-20',
  'D-21',
  'D-22',
  'D-27',
  'servers',
  'windows',
  'freezes',
];

/** What already speaks against an environment, whatever is deployed there. */
export async function checkEnvironment(needs: PlanningNeeds, request: ChosenEnvironment): Promise<Refusal[]> {
  const configuration = needs.configuration();
  const found = findEnvironment(configuration, request.environment);
  if (!found.ok) return found.refusals;
  const plan = makePlan({
    environment: found.value,
    revisions: [],
    package: null,
    scriptDigests: {},
    serverFilter: request.servers,
    undoes: null,
  });
  const facts = { plan, configuration, backup: null, looks: [], ...(await whenAndWhether(needs, request)) };
  return checkPreconditions(facts).flatMap(({ refusal }) =>
    refusal && aboutEnvironment.includes(refusal.rule) ? [refusal] : [],
  );
}

async function withFilled({ store }: PlanningNeeds, environment: Environment): Promise<Environment> {
  return store ? withFilledProperties(environment, await store.filledIn(environment.name)) : environment;
}

/** Who asks for which start, and what stands in its way now. */
async function whenAndWhether(
  needs: PlanningNeeds,
  { environment, person, startsAt }: ChosenEnvironment,
): Promise<Pick<PreconditionFacts, 'person' | 'startsAt' | 'startsNow' | 'lock' | 'busy'>> {
  return {
    person,
    startsAt: startsAt ?? needs.now(),
    startsNow: startsAt === null,
    lock: await needs.lockOf(environment),
    busy: needs.store && (await busyIn(needs.store, environment)),
  };
}

async function knownBackup({ store }: PlanningNeeds, { name }: Environment): Promise<KnownBackup | null> {
  return store && { path: await store.lastBackup(name) };
}

/** What would make the same plan again. */
export function samePlan(
  plan: Plan,
): Pick<PlanDeployment, 'environment' | 'selection' | 'servers' | 'undoes'> {
  return {
    environment: plan.environment.name,
    selection: plan.package === null ? plan.revisions.map(revisionName) : [plan.package],
    servers: plan.serverFilter,
    undoes: plan.undoes,
  };
}

/** The refusals of a plan; empty when it may be requested. */
export function refusalsOf(planned: PlannedDeployment): Refusal[] {
  return planned.preconditions.flatMap((precondition) => precondition.refusal ?? []);
}

async function digestScripts(
  needs: PlanningNeeds,
  environment: Environment,
): Promise<Verdict<Record<string, string>>> {
  const paths = Object.values(environment.scripts).flatMap((script) => script?.run ?? []);
  const digests: Record<string, string> = {};
  for (const path of new Set(paths)) {
    const digest = await needs.digestFile(path);
    if (digest === null)
      return refuse({
        rule: 'scripts',
        message: `The load balancer script ${path} cannot be read.`,
        liftedBy: 'global_admin',
        wayOut: 'Put the script there, or correct its path in the configuration.',
      });
    digests[path] = digest;
  }
  return accept(digests);
}

/** A version means one content for ever: what was once seen under it is what it is. */
async function refuseChanged(needs: PlanningNeeds, revisions: Revision[]): Promise<Refusal | null> {
  for (const revision of revisions) {
    const name = `${revision.name}@${revision.version}`;
    const first = await needs.pinRevision(name, revision.digest);
    if (first !== revision.digest)
      return {
        rule: 'immutable',
        message: `The files of \`${name}\` changed after it was first used: a version is one content for ever.`,
        liftedBy: 'nobody',
        wayOut: `Put the old files back, or publish the new ones as another version of ${revision.name}.`,
      };
  }
  return null;
}
