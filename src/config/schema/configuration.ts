import { z } from 'zod';

import { section } from '../issues.ts';
import { catalog, ruleSet } from './catalog.ts';
import { environment } from './environment.ts';
import { channelId, count, cron, hostAndPort, name, text, timezone, userId, usergroupId } from './words.ts';

const role = section({
  users: z.array(userId).optional().describe('Slack users who hold the role.'),
  usergroups: z.array(usergroupId).optional().describe('Slack user groups whose members hold the role.'),
  environmentKinds: z
    .array(name)
    .min(1)
    .optional()
    .describe('The role holds for these kinds of environment only; for all by default.'),
});

const limits = section({
  requestsPerHour: count.optional().describe('Requests one person may make in an hour; 30 by default.'),
  outputMiB: z
    .number()
    .positive()
    .optional()
    .describe('How much output of one step is kept, in MiB; 100 by default.'),
  shares: z
    .record(name, count)
    .optional()
    .describe('How many steps use a share at once, over all deployments.'),
});

const housekeeping = section({
  archive: section({
    cron: cron.describe('When, as five fields of cron.'),
    keepVersions: count.optional().describe('How many versions of a name stay.'),
    neverArchiveActive: z.boolean().optional().describe('What is active somewhere stays.'),
  })
    .optional()
    .describe('Puts old versions away. Not executed by this version.'),
  databaseBackup: section({
    cron: cron.describe('When, as five fields of cron.'),
    keep: count.optional().describe('How many copies stay.'),
    path: text.optional().describe('The directory they lie in.'),
  })
    .optional()
    .describe('Copies the database. Not executed by this version.'),
});

/** The whole file as it is written. */
export const configurationFile = section({
  version: z.literal(1).describe('The version of this format: 1.'),
  timezone: timezone.optional().describe('The IANA zone of every time in this file; UTC by default.'),
  roles: z
    .record(name, role)
    .optional()
    .describe(
      'Who may do what: global_admin, promotion_admin, promotion, and roles of your own for approvals.',
    ),
  catalog: catalog.optional().describe('Revisions and packages that can be deployed.'),
  ruleSets: z.array(ruleSet).optional().describe('Replacements at deployment. Not executed by this version.'),
  environments: z.record(name, environment).describe('What is deployed to, by name.'),
  limits: limits.optional().describe('What one person or one step may use up.'),
  httpAllow: z
    .array(hostAndPort)
    .optional()
    .describe('Addresses that http steps may reach, as host:port. Not used by this version.'),
  adminChannel: channelId.optional().describe('The Slack channel for what administrators must know.'),
  housekeeping: housekeeping.optional().describe('Work that recurs.'),
});

/** What a file that fits the schema holds. */
export type ConfigurationFile = z.infer<typeof configurationFile>;
export type EnvironmentFile = ConfigurationFile['environments'][string];
export type ClusterFile = NonNullable<EnvironmentFile['clusters']>[number];
export type ServerFile = NonNullable<ClusterFile['servers']>[number];
export type ConnectionFile = NonNullable<ServerFile['connection']>;
