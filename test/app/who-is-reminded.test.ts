import { beforeEach, describe, expect, test } from 'vitest';

import { approveDeployment } from '../../src/app/approve-deployment.ts';
import { delegateOne } from '../../src/app/delegate-vote.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { rejectDeployment } from '../../src/app/reject-deployment.ts';
import { remindOfDeployment } from '../../src/app/remind-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { buildRequest, startApp, type TestApp } from '../helpers/app.ts';
import { buildConfiguration, buildEnvironment } from '../helpers/build.ts';

const hour = 3_600_000;
const approval = {
  rules: [
    { roles: ['promotion_admin', 'other_kind'], required: 2 },
    { roles: ['dba'], required: 1 },
  ],
  excludeRequester: true,
  expiresHours: 3,
  remindMinutes: [120, 60],
};
const role = (users: string[], usergroups: string[] = []) => ({ users, usergroups, environmentKinds: null });
let app: TestApp;
let number: number;
let start: number;

/** Ben, Cat and Eve approve; group DBAS looks after databases; Ana requests and approves elsewhere. */
beforeEach(async () => {
  app = await startApp([]);
  const roles = {
    promotion: role(['U0ANA']),
    promotion_admin: role(['U0BEN', 'U0CAT', 'U0EVE', 'U0ANA']),
    other_kind: { ...role(['U0FAY']), environmentKinds: ['production'] },
    dba: role(['U0DBA'], ['S0DBAS']),
  };
  app.world.configuration = buildConfiguration([buildEnvironment({ approval })], { roles });
  const find = app.findPerson;
  const inGroup = new Set(['U0GIL', 'U0HAL']);
  app.findPerson = async (id) => ({ ...(await find(id)), usergroups: inGroup.has(id) ? ['S0DBAS'] : [] });
  start = app.now();
  number = value(await requestDeployment(app, buildRequest())).number;
});

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value;
}
async function approve(by: string): Promise<void> {
  const { planHash } = value(await loadDeployment(app.store, number)).deployment;
  value(await approveDeployment(app, { by, number, planHash }));
}
async function called(hours: 1 | 2): Promise<string[]> {
  app.clock.now = start + hours * hour;
  await remindOfDeployment(app, number, app.clock.now);
  const { event } = (await app.store.eventsAfter(number, 0)).at(-1) ?? {};
  return event?.type === 'reminded' ? (event.people ?? []) : ['nobody was reminded'];
}

describe('a reminder that an approval is missing calls', () => {
  test('everybody who can still give one, and neither the requester nor roles of other kinds', async () => {
    expect(await called(1)).toEqual(['<@U0BEN>', '<@U0CAT>', '<@U0EVE>', '<@U0DBA>', '<!subteam^S0DBAS>']);
  });

  test('nobody who has voted, and nobody whose seats are taken', async () => {
    await approve('U0BEN');
    expect(await called(1)).toEqual(['<@U0CAT>', '<@U0EVE>', '<@U0DBA>', '<!subteam^S0DBAS>']);
    await approve('U0CAT');
    expect(await called(2)).toEqual(['<@U0DBA>', '<!subteam^S0DBAS>']);
  });

  test('nobody who has left', async () => {
    app.world.standing.set('U0CAT', 'deactivated');
    app.world.standing.set('U0EVE', 'guest');
    expect(await called(1)).not.toContain('<@U0CAT>');
    expect(await called(2)).not.toContain('<@U0EVE>');
  });

  test('the other hand as well where a vote was handed over, until one of the two gave it', async () => {
    value(await delegateOne(app, { by: 'U0BEN', to: 'U0DAN', number }));
    expect(await called(1)).toContain('<@U0DAN>');
    await approve('U0DAN');
    const people = await called(2);
    expect(people).not.toContain('<@U0DAN>');
    expect(people).not.toContain('<@U0BEN>');
    expect(people).toContain('<@U0CAT>');
  });

  test('no group in which somebody has voted: its other people, where they are known', async () => {
    app.world.configuration.environments = [
      buildEnvironment({ approval: { ...approval, rules: [{ roles: ['dba'], required: 2 }] } }),
    ];
    number = value(await requestDeployment(app, buildRequest())).number;
    await approve('U0GIL');
    expect(await called(1)).toEqual(['<@U0DBA>']);
    app.peopleOfRole = async () => ['U0DBA', 'U0GIL', 'U0HAL'];
    expect(await called(2)).toEqual(['<@U0DBA>', '<@U0HAL>']);
  });

  test('nobody any more once it was decided', async () => {
    value(await rejectDeployment(app, { by: 'U0BEN', number, reason: 'not today' }));
    expect(await called(1)).toEqual(['nobody was reminded']);
  });
});
