import { z } from 'zod';

import { section } from '../issues.ts';
import { duration, name, text } from './words.ts';

/** One step: a line that is run, or something a person does or is told. */
export const step = section({
  id: name,
  run: text.optional(),
  manual: text.optional(),
  notify: text.optional(),
  reboot: z.boolean().optional(),
  waitMinutes: duration.optional(),
  kind: z.enum(['apply', 'verify', 'backup', 'verify-backup', 'rollback']).optional(),
  component: name.optional(),
  timeoutMinutes: duration.optional(),
  idempotent: z.boolean().optional(),
  unless: text.optional(),
  onError: z.enum(['stop', 'ask']).optional(),
  deadlineMinutes: duration.optional(),
  default: z.enum(['stop', 'skip', 'retry']).optional(),
  share: name.optional(),
});

/** Ordered work on one server. */
export const runbook = section({
  backup: z.literal('none').optional(),
  steps: z.array(step).min(1),
});

/** The read-only line that prints what runs on a server. */
export const readBack = section({ run: text, timeoutSeconds: duration.optional() });
