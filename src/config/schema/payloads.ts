import { z } from 'zod';

import { section } from '../issues.ts';
import { name } from './words.ts';

/** The part of a revision for one server role. */
export const payload = section({
  role: name.describe('The role of the servers it is for.'),
  placement: z
    .enum(['every-server', 'first-in-cluster'])
    .optional()
    .describe(
      'Which of them; every-server by default. first-in-cluster goes with system denodo: the tasks of its Schedulers.',
    ),
  after: section({
    payload: name.describe('The payload that goes before.'),
    server: z.literal('first-in-cluster').optional().describe('On which server.'),
  })
    .optional()
    .describe('Says that it follows another payload, as Scheduler tasks follow the VQL of the first server.'),
  run: z
    .enum(['always', 'marked', 'never'])
    .optional()
    .describe('Which Scheduler tasks are started after they were made; always by default.'),
});

/** Synchronisation of catalogue servers after a cluster. */
export const sync = section({
  name: name.describe('What people call it.'),
  role: name.describe('The role of the servers that are synchronised.'),
  clusters: z.array(name).optional().describe('In these clusters; in all by default.'),
  elements: z.enum(['all', 'databases', 'views', 'webservices']).optional().describe('What is synchronised.'),
  priority: z
    .enum(['server_with_local_changes', 'local', 'server'])
    .optional()
    .describe('Whose changes win.'),
  onFailure: z.enum(['warn', 'stop']).optional().describe('What a failure means; warn by default.'),
});
