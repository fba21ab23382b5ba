import { z } from 'zod';

import { section } from '../issues.ts';
import { duration, text, value } from './words.ts';

const argument = z.union([section({ variable: text }), section({ literal: value })], {
  error: '{ variable: NAME } or { literal: "text" }',
});

const script = section({
  run: text,
  args: z.array(argument).optional(),
  timeoutSeconds: duration.optional(),
  idempotent: z.boolean().optional(),
});

/** The load balancer's scripts. */
export const scripts = section({
  timeoutSeconds: duration.optional(),
  disableServer: script.optional(),
  enableServer: script.optional(),
  statusServer: script.optional(),
  disableCluster: script.optional(),
  enableCluster: script.optional(),
  statusCluster: script.optional(),
});
