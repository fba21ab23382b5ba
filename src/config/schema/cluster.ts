import { z } from 'zod';

import { section } from '../issues.ts';
import { isRealTime } from '../real-time.ts';
import { connection } from './connection.ts';
import { name, text, userId, values } from './words.ts';

const ofServer = {
  role: name.optional().describe('What the server is: vdp, scheduler, instrument, web, …'),
  enabled: z
    .boolean()
    .optional()
    .describe('A server that is switched off is skipped and reported; true by default.'),
  connection: connection.optional().describe('How the server is reached.'),
  variables: values
    .optional()
    .describe(
      "What the load balancer's scripts are given for this server, over the cluster's; name, host and port are always there.",
    ),
  properties: values.optional().describe("Placeholders of runbooks for this server, over the cluster's."),
  owner: userId.optional().describe('The Slack user who owns the server.'),
  standby: z.boolean().optional().describe('A passive server, which is best deployed before active ones.'),
  retireOn: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/, { error: 'a day such as 2027-06-30', abort: true })
    .refine((day) => isRealTime(`${day}T00:00`), 'a day that is in the calendar')
    .optional()
    .describe('The day on which the server is given up. Not used by this version.'),
  previousSystem: text.optional().describe('What ran there before. Not used by this version.'),
};

/** One server, or its own data over the cluster's template. */
export const server = section({
  name: name.describe('The name of the server, unique in the environment.'),
  ...ofServer,
});

/** What the servers of a cluster share; `{name}` stands for the server's name. */
export const serverTemplate = section(ofServer);

/** A named group of servers, in deployment order. */
export const cluster = section({
  name: name.describe('The name of the cluster, unique in the environment.'),
  enabled: z
    .boolean()
    .optional()
    .describe('A cluster that is switched off is skipped and reported; true by default.'),
  variables: values.optional().describe("What the load balancer's scripts are given."),
  properties: values.optional().describe("Placeholders of runbooks, over the environment's."),
  serverTemplate: serverTemplate
    .optional()
    .describe("What every server of this cluster shares; {name} stands for the server's name."),
  serverNames: z.array(name).optional().describe('Servers made of the template, in deployment order.'),
  servers: z
    .array(server)
    .optional()
    .describe('Servers in deployment order, or data of their own for those in serverNames.'),
});
