import { z } from 'zod';

import { section } from '../issues.ts';
import { count, duration, minutesBefore, name } from './words.ts';

const seat = section({
  role: name.describe(
    'A role of this file, or owner: the owner of each server that is deployed to approves.',
  ),
  required: count
    .optional()
    .describe('How many people of this role must approve; 1 by default, and always 1 for owner.'),
});

/** Who must approve before an environment is deployed to. */
export const approval = section({
  required: count
    .optional()
    .describe('How many people of the roles in from must approve; 1 by default. Goes with a list of names.'),
  from: z
    .union([z.array(name).min(1), z.array(seat).min(1)], {
      error: 'a list of roles, or of { role: …, required: 1 }',
    })
    .describe(
      'The roles whose people approve: names, or one entry a role with its own number. owner adds the owner of each server that is deployed to.',
    ),
  excludeRequester: z.boolean().optional().describe('Whoever asked does not approve; true by default.'),
  expiresHours: duration
    .optional()
    .describe('Hours after the request at which a missing approval ends it; 72 by default.'),
  remindMinutes: minutesBefore
    .optional()
    .describe('Minutes before a missing approval ends it at which those who can still approve are called.'),
  breakGlass: section({
    persons: z
      .int()
      .min(2, { error: 'at least 2: nobody goes on without the approvals alone' })
      .describe('How many people decide together; each may deploy there.'),
    minutes: duration
      .max(24 * 60)
      .describe('How many minutes the first one waits for the others; then it counts for nothing.'),
  })
    .optional()
    .describe(
      'How people go on without the missing approvals when there is fire; nobody may where it is left out.',
    ),
});
