import { z } from 'zod';

import { section } from '../issues.ts';
import { count, duration, minutesBefore, name } from './words.ts';

/** One role and how many of its people must approve. */
const seat = section({ role: name, required: count.optional() });

/** Who must approve before an environment is deployed to. */
export const approval = section({
  required: count.optional(),
  from: z.union([z.array(name).min(1), z.array(seat).min(1)], {
    error: 'a list of roles, or of { role: …, required: 1 }',
  }),
  excludeRequester: z.boolean().optional(),
  expiresHours: duration.optional(),
  remindMinutes: minutesBefore.optional(),
  breakGlass: section({ persons: count, minutes: duration }).optional(),
});
