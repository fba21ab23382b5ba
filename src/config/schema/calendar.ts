import { z } from 'zod';

import { section } from '../issues.ts';
import { count, duration, minutesBefore, name, text, timeOfDay } from './words.ts';

/** What happens around the start of a deployment. */
export const schedule = section({
  graceMinutes: z.number().min(0).optional(),
  onMissed: z.enum(['run', 'ask', 'skip']).optional(),
  remindMinutes: minutesBefore.optional(),
});

const localTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/, 'a day and time such as 2026-12-24T00:00');

/** When an environment may be deployed to: times of day on days, or one span of days. */
export const window = section({
  days: z
    .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
    .min(1)
    .optional(),
  from: z.union([timeOfDay, localTime], {
    error: 'a time such as "20:00", or a day and time such as 2026-12-24T00:00',
  }),
  to: z.union([timeOfDay, localTime], {
    error: 'a time such as "20:00", or a day and time such as 2026-12-24T00:00',
  }),
  name: text.optional(),
  atEnd: z.enum(['no-new-server', 'stop', 'finish']).optional(),
});

/** A span in which nothing starts. */
export const freeze = section({
  from: localTime,
  to: localTime,
  reason: text,
  override: section({ from: z.array(name).min(1), persons: count.optional() }).optional(),
});

/** Somebody who watches deployments outside these hours. */
export const watcher = section({
  outside: z.tuple([timeOfDay, timeOfDay], { error: 'two times of day such as ["08:00", "18:00"]' }),
  from: z.array(name).min(1),
  confirmMinutes: duration.optional(),
  ifAbsent: z.enum(['pause', 'stop', 'continue']).optional(),
});

/** Trials of the preflight before the start. */
export const rehearsal = section({ minutesBefore });

/** Owners are asked before their servers are touched. */
export const ownerConsent = section({
  minutesBefore: duration,
  silence: z.enum(['yes', 'no']).optional(),
});
