import { z } from 'zod';

import { section } from '../issues.ts';
import { approval } from './approval.ts';
import { freeze, ownerConsent, rehearsal, schedule, watcher, window } from './calendar.ts';
import { cluster } from './cluster.ts';
import { deployments } from './deployments.ts';
import { payload, sync } from './payloads.ts';
import { readBack, runbook } from './runbook.ts';
import { scripts } from './scripts.ts';
import { channelId, httpAddress, name, secret, text, timezone, values, word } from './words.ts';

const manager = section({
  baseUrl: httpAddress.describe('Its address, such as "https://solution-manager:10090".'),
  environmentId: z.int().describe('The number of the environment there.'),
  user: word.describe('The account.'),
  password: secret.describe('The password, as { env: NAME } or { file: PATH }.'),
  tls: z
    .enum(['off', 'verify'])
    .optional()
    .describe(
      'verify, the default: the certificate of an https address is checked. off goes with http only.',
    ),
  ca: text.optional().describe('A file with the certificate authority that is trusted.'),
});

/** One environment as it is written. */
export const environment = section({
  kind: name.describe('production, staging, test, …: roles may hold for some kinds only.'),
  system: z
    .enum(['command', 'denodo', 'denodo-solution-manager', 'opcon'])
    .describe('What is deployed to. Requests for opcon are refused by this version.'),
  timezone: timezone.optional().describe("The IANA zone of this environment's times; the file's by default."),
  channel: channelId.describe('The Slack channel, by its id, that sees the deployments.'),
  deployments: deployments.describe('How this environment is deployed to.'),
  approval: approval.optional().describe('Who must approve; nobody by default.'),
  schedule: schedule.optional().describe('What happens around the start.'),
  windows: z.array(window).optional().describe('When deployments may start; always by default.'),
  freezes: z.array(freeze).optional().describe('When nothing starts.'),
  watcher: watcher.optional().describe('Who watches what starts at night; nobody by default.'),
  rehearsal: rehearsal.optional().describe('Looks at every server before the start; none by default.'),
  ownerConsent: ownerConsent.optional().describe('Owners are asked before the start; nobody by default.'),
  properties: values
    .optional()
    .describe(
      'Placeholders of runbooks: {name} stands for its value. Secrets are { env: NAME } or { file: PATH }.',
    ),
  payloads: z
    .record(name, payload)
    .describe('What a revision may hold for this environment, by the name of its part.'),
  runbooks: z.record(name, runbook).optional().describe('The work on one server, by name.'),
  readBack: readBack.optional().describe('Says what runs on a server now.'),
  scripts: scripts.optional().describe("The load balancer's scripts, for paradigm online."),
  sync: z.array(sync).optional().describe('What is synchronised after a cluster. Goes with system denodo.'),
  ruleSets: z
    .array(name)
    .optional()
    .describe('Rule sets that always apply here. Not executed by this version.'),
  manager: manager
    .optional()
    .describe("Denodo's Solution Manager, for system denodo-solution-manager: it deploys in our place."),
  clusters: z
    .array(cluster)
    .min(1)
    .optional()
    .describe('The clusters, in deployment order. Left out only with system denodo-solution-manager.'),
});
