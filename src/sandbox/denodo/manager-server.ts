import { type Entry, type Said, type StandIn, startStandIn, type StandInOptions } from './recorded-table.ts';

/** A deployment as the stand-in keeps it; it goes one stage on at each look at its progress, and stays at the last. */
export interface KeptDeployment {
  id: number;
  description: string;
  environmentId: number;
  revisionIds: number[];
  stages: ManagerStage[];
}

/** What a look at a deployment shows. */
export interface ManagerStage {
  state: string;
  tasks: Record<string, unknown>[];
}

/** What stands on the stand-in, to be looked at and changed by whoever drives it. */
export interface ManagerWorld {
  environments: { id: number; name: string }[];
  revisions: { id: number; name: string; description: string; vql: string }[];
  deployments: KeptDeployment[];
  /** The stages of the next deployment. */
  next: ManagerStage[];
  /** Properties that the environment lacks, with values of the server they come from. */
  missing: Record<string, string>;
  /** The longest page that is handed out, whatever is asked for. */
  pageSize: number;
}

const documented = 'Denodo Solution Manager 7.0, REST API';

/** A stand-in for a Solution Manager. */
export async function startManagerServer(
  options: Omit<StandInOptions, 'entries' | 'refusal'>,
  world: ManagerWorld,
): Promise<StandIn> {
  const entries = [...ofServer(world), ...ofRevisions(world), ...ofDeployments(world)];
  return await startStandIn({ ...options, entries, refusal: 401 });
}

function ofServer(world: ManagerWorld): Entry[] {
  return [
    {
      method: 'GET',
      path: '/pingSolutionManager',
      source: `${documented}, «Ping to Solution Manager Server»`,
      answer: () => ({ status: 200, body: 'OK' }),
    },
    {
      method: 'GET',
      path: '/environments',
      source: `${documented}, «Get the List of Environments»`,
      answer: () => ({ status: 200, body: world.environments }),
    },
  ];
}

function ofRevisions(world: ManagerWorld): Entry[] {
  return [
    {
      method: 'GET',
      path: '/revisions',
      source: `${documented}, «Get the List of Revisions»`,
      answer: ({ query }) => {
        const shown = world.revisions.map(({ id, name, description }) => ({
          id,
          name,
          description,
          type: 'VQL',
        }));
        return page(world, query, 'revisions', shown);
      },
    },
    {
      method: 'POST',
      path: '/revisions/loadFromVQL',
      source: `${documented}, «Create a Revision from a VQL file»`,
      answer: ({ body }) => {
        const { name, description = '', content } = body as Record<string, string>;
        if (name === undefined || content === undefined)
          return { status: 400, body: { message: 'name and content' } };
        const vql = Buffer.from(content, 'base64').toString('utf8');
        const revision = { id: 200 + world.revisions.length, name, description, vql };
        world.revisions.push(revision);
        return {
          status: 200,
          body: { id: revision.id, name, description, type: 'VQL', replace: 'REPLACE_EXISTING' },
        };
      },
    },
  ];
}

function ofDeployments(world: ManagerWorld): Entry[] {
  return [
    {
      method: 'GET',
      path: '/deployments',
      source: `${documented}, «Get the List of Deployments» (start, count, environmentId, status, description)`,
      answer: ({ query }) => {
        const [status, description] = [query.get('status'), query.get('description')];
        const found = world.deployments
          .filter(({ environmentId }) => environmentId === Number(query.get('environmentId')))
          .filter((deployment) => status === null || stageOf(deployment).state === status)
          .filter((deployment) => description === null || deployment.description.includes(description));
        return page(world, query, 'deployments', found.map(listed));
      },
    },
    {
      method: 'POST',
      path: '/deployments',
      source: `${documented}, «Start a New Deployment from a List of Revisions» (missing properties: 200 with validationResponse)`,
      answer: ({ body }) => deploy(world, body as Omit<KeptDeployment, 'id' | 'stages'>),
    },
    {
      method: 'GET',
      path: '/deployments/:deployment/progress',
      source: `${documented}, «Get the Progress of a Deployment» (lastUpdate leaves out older tasks)`,
      answer: ({ parts, query }) => {
        const deployment = world.deployments.find(({ id }) => id === Number(parts['deployment']));
        if (!deployment) return { status: 404, body: { message: 'no such deployment' } };
        const { state, tasks } = stageOf(deployment);
        if (deployment.stages.length > 1) deployment.stages.shift();
        const since = Date.parse(query.get('lastUpdate') ?? '1970-01-01T00:00:00+0000');
        const changed = tasks.filter(
          ({ startDate, endDate }) => Date.parse(String(endDate ?? startDate)) >= since,
        );
        return { status: 200, body: { deploymentId: deployment.id, state, progress: 50, tasks: changed } };
      },
    },
  ];
}

function deploy(world: ManagerWorld, wanted: Omit<KeptDeployment, 'id' | 'stages'>): Said {
  if (Object.keys(world.missing).length > 0)
    return { status: 200, body: { validationResponse: invalid(world.missing) } };
  const id = 28 + world.deployments.length;
  world.deployments.push({ ...wanted, id, stages: [...world.next] });
  return { status: 200, body: id };
}

function invalid(missing: Record<string, string>): Record<string, unknown> {
  const output = `Error validating revision 'customer360@2'.\n Missing VQL properties: \n${Object.keys(missing).join('\n')}\n\n`;
  return {
    validation: {
      resultVqlValidation: 'ERROR',
      outputVqlValidation: output,
      missingVqlPropertiesWithServerValues: missing,
      resultSchValidation: 'OK',
      outputSchValidation: '',
      state: 'ERROR',
      messageResult:
        'Some of the Virtual DataPort properties included in the revision are not defined in the target environment. ',
    },
    scriptValidationsResult: [],
  };
}

function stageOf({ stages }: KeptDeployment): ManagerStage {
  return stages[0] ?? { state: 'IN_PROGRESS', tasks: [] };
}

function listed(deployment: KeptDeployment): Record<string, unknown> {
  const { id, description, environmentId } = deployment;
  return {
    id,
    user: 'deploy',
    description,
    state: stageOf(deployment).state,
    targetEnvironment: { id: environmentId },
  };
}

function page({ pageSize }: ManagerWorld, query: URLSearchParams, name: string, all: unknown[]): Said {
  const start = Number(query.get('start') ?? 0);
  const shown = all.slice(start, start + Math.min(pageSize, Number(query.get('count') ?? 10)));
  return { status: 200, body: { start, count: pageSize, numElements: shown.length, [name]: shown } };
}
