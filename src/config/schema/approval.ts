import { z } from 'zod';

import { section } from '../issues.ts';
import { count, duration, minutesBefore, name } from './words.ts';

const seat = section({
  role: name.describe('A role of this file, or owner: the owner of each server.'),
  required: count.optional().describe('How many people of this role must approve; 1 by default.'),
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
    .describe('The roles whose people approve: names, or one entry a role with its own number.'),
  excludeRequester: z.boolean().optional().describe('Whoever asked does not approve; true by default.'),
  expiresHours: duration
    .optional()
    .describe('Hours after the request at which a missing approval ends it; 72 by default.'),
  remindMinutes: minutesBefore
    .optional()
    .describe('Minutes before the start at which approvers are reminded.'),
  breakGlass: section({
    persons: count.describe('How many people decide together.'),
    minutes: duration.describe('How long their decision holds.'),
  })
    .optional()
    .describe('How people start without the usual approval. Not executed by this version.'),
});
