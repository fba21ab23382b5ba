import { z } from 'zod';

import { section } from '../issues.ts';
import { count, duration, minutes, name, text } from './words.ts';

const strategy = z.enum(['one-by-one', 'half-by-half']);

const budget = 'a count of at least 1, or a percentage such as "10%"';

const maxFailures = z.union([count, z.string().regex(/^([1-9]\d?|100)%$/, budget)], { error: budget });

const questions = section({
  deadlineMinutes: duration.optional().describe('How long an answer is waited for; 30 by default.'),
  default: z
    .enum(['stop', 'skip', 'retry'])
    .optional()
    .describe('What is done without an answer; stop by default.'),
});

const backup = section({
  when: z
    .enum(['before', 'after'])
    .describe(
      'before: every runbook has a step of kind backup, or says backup: none. after, for system denodo: the first server is saved after every deployment.',
    ),
  onFailure: z
    .enum(['stop', 'warn'])
    .optional()
    .describe('What a failed backup means; stop by default. warn goes with when: after.'),
});

const rollback = section({
  runbook: name
    .optional()
    .describe('The runbook that restores a server; the one called rollback by default.'),
  onFirstServerFailure: z
    .boolean()
    .optional()
    .describe(
      'Restores the first server (in waves: of each wave) by itself when it fails; false by default.',
    ),
  requireBackup: z
    .enum(['require', 'confirm'])
    .optional()
    .describe(
      'require: refuses a runbook without a backup step; confirm: a warning that is accepted. backup: none on the runbook excepts it.',
    ),
  countdownSeconds: z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe(
      'After a failed deployment, what it changed is rolled back by itself, unless somebody stops it within this time; never where it is left out.',
    ),
  lockAfter: z
    .boolean()
    .optional()
    .describe('Locks the environment after a rollback, until somebody unlocks it; false by default.'),
});

const parallel = section({
  perCluster: count.describe(
    'How many servers of a cluster are deployed at once; the next one begins when one ends.',
  ),
  clustersInFlight: count.optional().describe('How many clusters are deployed at once; 1 by default.'),
  maxFailures: maxFailures
    .optional()
    .describe('A count, or a percentage over the whole run, of failed servers at which nothing more begins.'),
  pauseBetweenClusters: z.boolean().optional().describe('Waits for a person before the next cluster.'),
});

/** How an environment is deployed to. */
export const deployments = section({
  enabled: z.boolean().optional().describe('Whether anybody may deploy; true by default.'),
  paradigm: z
    .enum(['simple', 'online'])
    .describe('online: members leave the load balancer while they are deployed; simple: they do not.'),
  topology: z
    .enum(['single-cluster', 'several-clusters'])
    .describe('How many clusters are live; a request is refused when it is otherwise.'),
  serverStrategy: strategy
    .optional()
    .describe('How servers leave the load balancer. Goes with single-cluster, and not with parallel.'),
  clusterStrategy: strategy
    .optional()
    .describe('How clusters leave the load balancer. Goes with several-clusters, and not with parallel.'),
  minInService: z
    .int()
    .min(0)
    .optional()
    .describe('How many servers (several clusters: clusters) stay in service; 1 for online, 0 for simple.'),
  onServerFailure: z
    .enum(['stop', 'continue'])
    .optional()
    .describe('What a failed server means; stop by default. Not used together with maxFailures.'),
  maxFailures: maxFailures
    .optional()
    .describe('A count, or a percentage such as "10%", of failed servers at which nothing more begins.'),
  whenBusy: z
    .enum(['queue', 'refuse'])
    .optional()
    .describe('What a start does while another deployment runs there; queue by default.'),
  stepTimeoutMinutes: minutes.optional().describe('For steps that give none; 15 by default.'),
  timeBudgetMinutes: duration
    .optional()
    .describe('How long one server may take. Not executed by this version.'),
  questions: questions.optional().describe('Questions to people.'),
  backup: backup.optional().describe('What is backed up.'),
  rollback: rollback.optional().describe('How a failed deployment is undone.'),
  parallel: parallel
    .optional()
    .describe(
      'Waves: clusters one after another, several servers of a cluster at once, each leaving the load balancer by itself.',
    ),
  sharedCache: section({
    primaryUrl: text.describe('One of the two caches.'),
    secondaryUrl: text.describe('The other one.'),
  })
    .optional()
    .describe(
      'Swaps every server to the other of two caches before its VQL. Goes with system denodo and a single cluster.',
    ),
  drift: section({
    check: z.boolean().describe('Compares what is there with the last record.'),
    onMismatch: z
      .enum(['ask', 'stop', 'warn'])
      .optional()
      .describe(
        'What a difference means: a question, which is the default, the end of its group, or a line in the thread.',
      ),
  })
    .optional()
    .describe('Compares what a server reads back with what the last deployment left there. Needs readBack.'),
  transformations: section({
    allow: z.boolean().describe('Whether rule sets may be chosen.'),
    failIfDisallowed: z.boolean().optional().describe('Refuses a request with rule sets.'),
  })
    .optional()
    .describe('Replacements at deployment. Not executed by this version.'),
});
