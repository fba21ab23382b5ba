import { z } from 'zod';

import { section } from '../issues.ts';
import { name } from './words.ts';

/** The part of a revision for one server role. */
export const payload = section({
  role: name,
  placement: z.enum(['every-server', 'first-in-cluster']).optional(),
  after: section({ payload: name, server: z.literal('first-in-cluster').optional() }).optional(),
  run: z.enum(['always', 'on-success']).optional(),
});

/** Synchronisation of catalogue servers after a cluster. */
export const sync = section({
  name,
  role: name,
  clusters: z.array(name).optional(),
  elements: z.enum(['all', 'databases', 'views', 'webservices']).optional(),
  priority: z.enum(['server_with_local_changes', 'local', 'server']).optional(),
  onFailure: z.enum(['warn', 'stop']).optional(),
});
