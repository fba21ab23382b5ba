import { z } from 'zod';

import { section } from '../issues.ts';
import { count, duration, minutesBefore, name, text, timeOfDay } from './words.ts';

/** What happens around the start of a deployment. */
export const schedule = section({
  graceMinutes: z
    .number()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe('How late a start may be before it counts as missed; 15 by default.'),
  onMissed: z
    .enum(['run', 'ask', 'skip'])
    .optional()
    .describe('What happens to a missed start; ask for kind production, else run.'),
  remindMinutes: minutesBefore
    .optional()
    .describe('Minutes before the start at which the thread is reminded.'),
});

const localTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/, 'a day and time such as 2026-12-24T00:00');

const windowEnd = z.union([timeOfDay, localTime], {
  error: 'a time such as "20:00", or a day and time such as 2026-12-24T00:00',
});

/** When an environment may be deployed to: times of day on days, or one span of days. */
export const window = section({
  days: z
    .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
    .min(1)
    .optional()
    .describe('Days on which the window opens; every day by default.'),
  from: windowEnd.describe('Opens: a time of day, or a day and time for a single span.'),
  to: windowEnd.describe('Closes; a time of day that is earlier than from means the next day.'),
  name: text.optional().describe('What people call it.'),
  atEnd: z
    .enum(['no-new-server', 'stop', 'finish'])
    .optional()
    .describe(
      'What a running deployment does when the window closes. finish (default): it runs to its end; no-new-server: what is under way is finished and put back, nothing further begins; stop: the steps that run on servers are ended as with Stop now, their servers stay held, nothing further begins.',
    ),
});

/** A span in which nothing starts. */
export const freeze = section({
  from: localTime.describe('Begins, in the zone of the environment.'),
  to: localTime.describe('Ends.'),
  reason: text.describe('Why nothing starts; people read it.'),
  override: section({
    from: z.array(name).min(1).describe('Roles whose people may override the freeze.'),
    persons: count
      .optional()
      .describe('How many of them must approve, beside the usual approval; 1 by default.'),
  })
    .optional()
    .describe('Whose approvals let a deployment start all the same; nobody by default.'),
});

/** Somebody watches what starts outside these hours. */
export const watcher = section({
  outside: z
    .tuple([timeOfDay, timeOfDay], { error: 'two times of day such as ["08:00", "18:00"]' })
    .describe(
      'The hours in which nobody needs to watch, in the zone of the environment: what starts at any other time is watched.',
    ),
  from: z.array(name).min(1).describe('Roles whose people watch.'),
  confirmMinutes: duration
    .optional()
    .describe('How long before the start they are asked to press I am watching; 15 by default.'),
  ifAbsent: z
    .enum(['pause', 'go', 'skip'])
    .optional()
    .describe(
      'What happens at the start where nobody watches. pause (default): it waits for an answer, and starts when somebody watches; go: it starts all the same; skip: it is not started.',
    ),
});

/** Every server is looked at before the start. */
export const rehearsal = section({
  minutesBefore: minutesBefore.describe(
    'Minutes before the start at which every server is looked at as before its group; nothing is changed.',
  ),
});

/** Owners are asked before their servers are touched. */
export const ownerConsent = section({
  minutesBefore: duration.describe('Minutes before the start at which the owner of each server is asked.'),
  silence: z
    .enum(['yes', 'no'])
    .optional()
    .describe(
      'What no answer means: yes (default), or no, and then the servers are left out in the name of their owner.',
    ),
});
