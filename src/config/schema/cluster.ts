import { z } from 'zod';

import { section } from '../issues.ts';
import { connection } from './connection.ts';
import { name, text, userId, values } from './words.ts';

const ofServer = {
  role: name.optional(),
  enabled: z.boolean().optional(),
  connection: connection.optional(),
  variables: values.optional(),
  properties: values.optional(),
  owner: userId.optional(),
  standby: z.boolean().optional(),
  retireOn: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/, 'a day such as 2027-06-30')
    .optional(),
  previousSystem: text.optional(),
};

/** One server, or its own data over the cluster's template. */
export const server = section({ name, ...ofServer });

/** What the servers of a cluster share; `{name}` stands for the server's name. */
export const serverTemplate = section(ofServer);

/** A named group of servers, in deployment order. */
export const cluster = section({
  name,
  enabled: z.boolean().optional(),
  variables: values.optional(),
  properties: values.optional(),
  serverTemplate: serverTemplate.optional(),
  serverNames: z.array(name).optional(),
  servers: z.array(server).optional(),
});
