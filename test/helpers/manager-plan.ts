import type { Plan } from '../../src/domain/plan/plan.ts';
import type { Revision, RevisionPart } from '../../src/domain/revision.ts';
import { buildCluster, buildPlan, buildServer, buildSingleCluster } from './build.ts';

/** The part of a revision that is a VQL script. */
export function vqlPart(file: string): RevisionPart {
  const read = {
    statements: 1,
    properties: [],
    cacheDataSources: [],
    isRepeatable: true,
    isParameterised: false,
  };
  return { runbook: null, vql: { file, ...read }, tasks: [] };
}

/** The plan of an environment, number 3 there, that the Solution Manager at an address deploys to. */
export function buildManagerPlan(url: string, revisions: Revision[]): Plan {
  const login = { user: 'deploy', password: { env: 'SM' }, tls: { verify: true, ca: null } };
  const connection = { driver: 'http' as const, baseUrl: url, ...login, options: {} };
  const environment = buildSingleCluster([], {
    system: 'denodo-solution-manager',
    paradigm: 'simple',
    manager: { baseUrl: url, environmentId: 3, ...login },
    stepTimeoutSeconds: 600,
    payloads: [{ part: 'vql', role: 'vdp', placement: 'every-server', run: 'always' }],
    clusters: [
      buildCluster('solution-manager', [buildServer('solution-manager', { role: 'vdp', connection })]),
    ],
  });
  return buildPlan(environment, { revisions });
}
