import { z } from 'zod';

import { section } from '../issues.ts';
import { catalog, ruleSet } from './catalog.ts';
import { environment } from './environment.ts';
import { channelId, count, name, text, timezone, userId, usergroupId } from './words.ts';

const role = section({
  users: z.array(userId).optional(),
  usergroups: z.array(usergroupId).optional(),
  environmentKinds: z.array(name).min(1).optional(),
});

/** The whole file as it is written. */
export const configurationFile = section({
  version: z.literal(1),
  timezone: timezone.optional(),
  roles: z.record(name, role).optional(),
  catalog: catalog.optional(),
  ruleSets: z.array(ruleSet).optional(),
  environments: z.record(name, environment),
  limits: section({
    requestsPerHour: count.optional(),
    outputMiB: z.number().positive().optional(),
    shares: z.record(name, count).optional(),
  }).optional(),
  httpAllow: z.array(text).optional(),
  adminChannel: channelId.optional(),
  housekeeping: section({
    archive: section({
      cron: text,
      keepVersions: count.optional(),
      neverArchiveActive: z.boolean().optional(),
    }).optional(),
    databaseBackup: section({ cron: text, keep: count.optional(), path: text.optional() }).optional(),
  }).optional(),
});

/** What a file that fits the schema holds. */
export type ConfigurationFile = z.infer<typeof configurationFile>;
export type EnvironmentFile = ConfigurationFile['environments'][string];
export type ClusterFile = EnvironmentFile['clusters'][number];
export type ServerFile = NonNullable<ClusterFile['servers']>[number];
export type ConnectionFile = NonNullable<ServerFile['connection']>;
