import { z } from 'zod';

import { section } from '../issues.ts';
import { duration, minutes, name, seconds, text, userId } from './words.ts';

/** One step: a line that is run, or something a person does or is told. */
export const step = section({
  id: name.describe('The name of the step, unique in its runbook.'),
  run: text
    .optional()
    .describe(
      'One line for /bin/sh -c, run in the directory of the pushed revision; exit code 0 is success. {version} and the like stand for their values.',
    ),
  manual: text
    .optional()
    .describe(
      'Something a person does and confirms in the thread; {version}, {server} and the like stand for their values.',
    ),
  notify: z
    .union([z.literal('owner'), userId], { error: '"owner", or a Slack user id such as U024BE7LH' })
    .optional()
    .describe('Who is told that the server is being deployed to: its owner, or a Slack user.'),
  reboot: z.boolean().optional().describe('Restarts the machine. Not executed by this version: true.'),
  waitMinutes: duration.optional().describe('How long the machine may take to come back.'),
  kind: z
    .enum(['apply', 'verify', 'backup', 'verify-backup', 'rollback'])
    .optional()
    .describe(
      'What the step is for: apply changes the server (the default), verify only looks; where a runbook begins with it, rehearsals run it too.',
    ),
  component: name.optional().describe('What it changes; {component} stands for it.'),
  timeoutMinutes: minutes
    .optional()
    .describe('How long it may take; deployments.stepTimeoutMinutes by default.'),
  idempotent: z
    .boolean()
    .optional()
    .describe('It may be run again without asking when nobody knows how it ended; false by default.'),
  unless: text
    .optional()
    .describe('A line that only looks: when it ends with 0, the step is already right and is skipped.'),
  onError: z
    .enum(['stop', 'ask'])
    .optional()
    .describe('What a failure means: the end of the server, which is the default, or a question.'),
  deadlineMinutes: duration.optional().describe('How long an answer to its question is waited for.'),
  default: z.enum(['stop', 'skip', 'retry']).optional().describe('What is done without an answer.'),
  share: name
    .optional()
    .describe('A share of limits.shares that it uses; it waits while all of it is taken.'),
});

/** Ordered work on one server. */
export const runbook = section({
  backup: z.literal('none').optional().describe('There is nothing to back up before.'),
  steps: z.array(step).min(1).describe('The steps, in their order.'),
});

/** The read-only line that prints what runs on a server. */
export const readBack = section({
  run: text.describe('A line for /bin/sh -c that changes nothing and prints one line.'),
  timeoutSeconds: seconds.optional().describe('How long it may take; 10 by default.'),
});
