import { z } from 'zod';

import { section } from '../issues.ts';
import { count, duration, name, text } from './words.ts';

const strategy = z.enum(['one-by-one', 'half-by-half']);

const maxFailures = z.union([count, z.string().regex(/^([1-9]\d?|100)%$/)], {
  error: 'a count of at least 1, or a percentage such as "10%"',
});

/** How an environment is deployed to. */
export const deployments = section({
  enabled: z.boolean().optional(),
  paradigm: z.enum(['simple', 'online']),
  topology: z.enum(['single-cluster', 'several-clusters']),
  serverStrategy: strategy.optional(),
  clusterStrategy: strategy.optional(),
  minInService: z.int().min(0).optional(),
  onServerFailure: z.enum(['stop', 'continue']).optional(),
  maxFailures: maxFailures.optional(),
  whenBusy: z.enum(['queue', 'refuse']).optional(),
  stepTimeoutMinutes: duration.optional(),
  timeBudgetMinutes: duration.optional(),
  questions: section({
    deadlineMinutes: duration.optional(),
    default: z.enum(['stop', 'skip', 'retry']).optional(),
  }).optional(),
  backup: section({
    when: z.enum(['before', 'after']),
    onFailure: z.enum(['stop', 'warn']).optional(),
  }).optional(),
  rollback: section({
    runbook: name.optional(),
    onFirstServerFailure: z.boolean().optional(),
    requireBackup: z.enum(['require', 'confirm']).optional(),
    countdownSeconds: z.int().min(0).optional(),
    lockAfter: z.boolean().optional(),
  }).optional(),
  parallel: section({
    perCluster: count,
    clustersInFlight: count.optional(),
    maxFailures: maxFailures.optional(),
    pauseBetweenClusters: z.boolean().optional(),
  }).optional(),
  sharedCache: section({ primaryUrl: text, secondaryUrl: text }).optional(),
  drift: section({
    check: z.boolean(),
    onMismatch: z.enum(['ask', 'stop', 'warn']).optional(),
  }).optional(),
  transformations: section({
    allow: z.boolean(),
    failIfDisallowed: z.boolean().optional(),
  }).optional(),
});
