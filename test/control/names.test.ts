import { expect, test } from 'vitest';

import { forTerminal } from '../../src/control/names.ts';
import { buildConfiguration } from '../helpers/build.ts';

test('a terminal shows people by name and groups by their role, and an id only where nobody knows more', async () => {
  const configuration = buildConfiguration([]);
  configuration.roles['promotion_admin'] = { users: [], usergroups: ['S0ADMINS'], environmentKinds: null };
  const app = {
    configuration: () => configuration,
    findPerson: async (id: string) => ({
      id,
      name: 'ben',
      timezone: 'UTC',
      standing: 'member' as const,
      usergroups: [],
    }),
  };
  const said = 'Ask <@U0BEN>, <!subteam^S0ADMINS> or <!subteam^S0OTHER> for `/deploy unlock shop`.';
  expect(await forTerminal(app, said)).toBe(
    'Ask @ben, @promotion_admin or @S0OTHER for /deploy unlock shop.',
  );
});
