import { describe, expect, test } from 'vitest';

import type { Configuration, Role } from '../../src/domain/configured/configuration.ts';
import { type Person, refuseRequester } from '../../src/domain/roles.ts';
import { buildConfiguration, buildEnvironment, buildRevision } from '../helpers/build.ts';

const role = (users: string[], more: Partial<Role> = {}): Role => ({
  users,
  usergroups: [],
  environmentKinds: null,
  ...more,
});
const environment = buildEnvironment({ kind: 'production' });
const configuration: Configuration = buildConfiguration([environment], {
  roles: {
    promotion: role(['U0OWN'], { usergroups: ['S0DEPLOY'] }),
    promotion_admin: role(['U0ADM']),
    global_admin: role(['U0ALL']),
  },
});
const person = (id: string, more: Partial<Person> = {}): Person => ({
  id,
  name: id,
  timezone: 'UTC',
  standing: 'member',
  usergroups: [],
  ...more,
});
const refusedBy = (who: Person, author: string | null, where = configuration): string | null =>
  refuseRequester(who, where, environment, [buildRevision({ author })])?.rule ?? null;

describe('who may deploy', () => {
  test.each<[claim: string, who: Person, author: string | null, rule: string | null]>([
    ['D-01: a global admin may', person('U0ALL'), 'U0EVE', null],
    ["D-01, D-19: a promotion admin may, also somebody else's revisions", person('U0ADM'), 'U0EVE', null],
    ['D-01, D-19: a promotion user may, for a revision of their own', person('U0OWN'), 'U0OWN', null],
    ["D-19: a promotion user may not, for somebody else's revision", person('U0OWN'), 'U0EVE', 'D-19'],
    ['D-19: a promotion user may, for a revision without an author', person('U0OWN'), null, null],
    ['D-01: a user group counts', person('U0X', { usergroups: ['S0DEPLOY'] }), 'U0X', null],
    ['D-01: anybody else is a developer, and may not', person('U0X'), 'U0X', 'D-19'],
    ['D-01: a guest may not, whatever the role', person('U0ADM', { standing: 'guest' }), null, 'D-01'],
  ])('%s', (_claim, who, author, rule) => {
    expect(refusedBy(who, author)).toBe(rule);
  });

  test('D-01: a role for some kinds of environment counts there only', () => {
    const staging = { ...configuration.roles, promotion: role(['U0OWN'], { environmentKinds: ['staging'] }) };
    expect(refusedBy(person('U0OWN'), null, { ...configuration, roles: staging })).toBe('D-19');
    const production = {
      ...configuration.roles,
      promotion: role(['U0OWN'], { environmentKinds: ['production'] }),
    };
    expect(refusedBy(person('U0OWN'), null, { ...configuration, roles: production })).toBeNull();
  });

  test('D-01: the refusal says where, what is missing and whom to ask', () => {
    expect(refuseRequester(person('U0X'), configuration, environment, [])).toMatchObject({
      message:
        'You may not deploy to `shop`: you need the role promotion or promotion_admin there, and you are a developer.',
      wayOut: 'Ask <@U0ADM> to request it.',
    });
  });
});
