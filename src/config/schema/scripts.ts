import { z } from 'zod';

import { section } from '../issues.ts';
import { seconds, text, value } from './words.ts';

const argument = z.union(
  [
    section({
      variable: text.describe(
        'A variable of the server or its cluster; name, host and port are always there.',
      ),
    }),
    section({ literal: value.describe('A text, or a secret.') }),
  ],
  { error: '{ variable: NAME } or { literal: "text" }' },
);

const script = section({
  run: text.describe('The program, by its path; it is run on this machine, without a shell.'),
  args: z.array(argument).optional().describe('Its arguments, in their order.'),
  timeoutSeconds: seconds.optional().describe('How long it may take; scripts.timeoutSeconds by default.'),
  idempotent: z
    .boolean()
    .optional()
    .describe('It may be run again without asking when nobody knows how it ended; false by default.'),
});

/** The load balancer's scripts. */
export const scripts = section({
  timeoutSeconds: seconds.optional().describe('How long each script may take; 60 by default.'),
  disableServer: script.optional().describe('Takes one server out of the load balancer.'),
  enableServer: script.optional().describe('Puts one server back.'),
  statusServer: script.optional().describe('Prints up, drain or down for one server.'),
  disableCluster: script.optional().describe('Takes one cluster out of the load balancer.'),
  enableCluster: script.optional().describe('Puts one cluster back.'),
  statusCluster: script.optional().describe('Prints up, drain or down for one cluster.'),
});
