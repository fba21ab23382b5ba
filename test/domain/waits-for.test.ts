import { describe, expect, test } from 'vitest';

import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import { canApprove, isTheirs } from '../../src/domain/deployment/waits-for.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { Person } from '../../src/domain/roles.ts';
import { buildCluster, buildConfiguration, buildEnvironment, buildServer } from '../helpers/build.ts';

const person = (id: string, standing: Person['standing'] = 'member'): Person => ({
  id,
  name: id,
  timezone: 'Europe/Madrid',
  standing,
  usergroups: [],
});

function waiting(...more: DeploymentEvent[]): Deployment {
  const events: DeploymentEvent[] = [
    {
      type: 'requested',
      by: 'U0ANA',
      reason: 'a new page',
      startsAt: null,
      expiresAt: 100,
      typed: null,
      zone: 'Europe/Madrid',
      planHash: 'h',
      acceptedWarnings: 0,
    },
    ...more,
  ];
  const stored = events.map((event, index) => ({ deployment: 1, version: index + 1, at: 1, event }));
  const deployment = foldDeployment(stored);
  if (!deployment) throw new Error('no deployment');
  return deployment;
}

const seats = (roles: string[], required = 1) => ({ roles, required });
const approval = {
  rules: [seats(['promotion_admin']), seats(['global_admin'])],
  excludeRequester: true,
  expiresHours: 1,
  remindMinutes: [],
};
const environment = buildEnvironment({ approval });
const configuration = buildConfiguration([environment]);
configuration.roles['promotion_admin']?.users.push('U0BOB');
const can = (id: string, deployment = waiting(), now = 50) =>
  canApprove(person(id), configuration, { deployment, environment, now });
const approvedBy = (by: string, roles: string[]): DeploymentEvent => ({
  type: 'approved',
  by,
  roles,
  planHash: 'h',
});

describe('a deployment waits for a person', () => {
  test('whose approval would count, and for nobody else', () => {
    expect([can('U0BEN'), can('U0ADMIN'), can('U0ANA'), can('U0CAT')]).toEqual([true, true, false, false]);
    const guest = person('U0BEN', 'guest');
    expect(canApprove(guest, configuration, { deployment: waiting(), environment, now: 50 })).toBe(false);
  });

  test('not once they approved, nor once enough of their role did', () => {
    const byBen = waiting(approvedBy('U0BEN', ['promotion_admin']));
    expect([can('U0BEN', byBen), can('U0BOB', byBen), can('U0ADMIN', byBen)]).toEqual([false, false, true]);
    const two = { ...environment, approval: { ...approval, rules: [seats(['promotion_admin'], 2)] } };
    const canOfTwo = (id: string) =>
      canApprove(person(id), configuration, { deployment: byBen, environment: two, now: 50 });
    expect([canOfTwo('U0BEN'), canOfTwo('U0BOB')]).toEqual([false, true]);
  });

  test('not after its time, and not when it waits for no approval', () => {
    expect([can('U0BEN', waiting(), 99), can('U0BEN', waiting(), 100)]).toEqual([true, false]);
    expect(can('U0BEN', waiting({ type: 'queued', behind: null }))).toBe(false);
  });
});

test('an environment is theirs who may deploy or approve there, or own a server', () => {
  const owned = buildEnvironment({
    clusters: [buildCluster('north', [buildServer('web-1', { owner: 'U0CAT' })])],
  });
  const theirs = (id: string, of = environment) => isTheirs(person(id), configuration, of);
  expect([theirs('U0ANA'), theirs('U0ADMIN'), theirs('U0CAT')]).toEqual([true, true, false]);
  expect([theirs('U0CAT', owned), theirs('U0DAN', owned)]).toEqual([true, false]);
  const staging = { users: ['U0DAN'], usergroups: [], environmentKinds: ['production'] };
  configuration.roles['promotion'] = staging;
  expect([theirs('U0DAN'), theirs('U0DAN', { ...environment, kind: 'production' })]).toEqual([false, true]);
});
