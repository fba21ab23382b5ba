import { z } from 'zod';

import { section } from '../issues.ts';
import { approval } from './approval.ts';
import { freeze, ownerConsent, rehearsal, schedule, watcher, window } from './calendar.ts';
import { cluster } from './cluster.ts';
import { deployments } from './deployments.ts';
import { payload, sync } from './payloads.ts';
import { readBack, runbook } from './runbook.ts';
import { scripts } from './scripts.ts';
import { channelId, name, secret, text, timezone, values, word } from './words.ts';

/** One environment as it is written. */
export const environment = section({
  kind: name,
  system: z.enum(['command', 'denodo', 'denodo-solution-manager', 'opcon']),
  timezone: timezone.optional(),
  channel: channelId,
  deployments,
  approval: approval.optional(),
  schedule: schedule.optional(),
  windows: z.array(window).optional(),
  freezes: z.array(freeze).optional(),
  watcher: watcher.optional(),
  rehearsal: rehearsal.optional(),
  ownerConsent: ownerConsent.optional(),
  properties: values.optional(),
  payloads: z.record(name, payload),
  runbooks: z.record(name, runbook).optional(),
  readBack: readBack.optional(),
  scripts: scripts.optional(),
  sync: z.array(sync).optional(),
  ruleSets: z.array(name).optional(),
  manager: section({
    baseUrl: text,
    environmentId: z.int(),
    user: word,
    password: secret,
  }).optional(),
  clusters: z.array(cluster).min(1),
});
