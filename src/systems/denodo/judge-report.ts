import type { TaskEnd } from '../../domain/events/states.ts';
import { cacheLoad } from '../../domain/revision.ts';
import { textOf } from '../answers.ts';
import type { Job, Report } from './scheduler-api.ts';

/** What one run of a task came to. */
export interface Verdict {
  job: Job;
  end: Extract<TaskEnd, 'ok' | 'warning' | 'error'>;
  message: string;
  /** The report's own words about what went wrong. */
  lines: string[];
}

/** Judges a report. A cache load that left nothing in the cache has failed, though the Scheduler calls that a warning. */
export function judgeReport(job: Job, { fields }: Report): Verdict {
  const result = textOf(fields['result']);
  const cached = fields['cachedDocs'] === undefined ? null : Number(textOf(fields['cachedDocs']));
  const lines = wordsIn(fields);
  if (result === 'COMPLETE')
    return { job, end: 'ok', message: `${job.name} ran${sayCached(cached)}`, lines: [] };
  if (result === 'WARNING' && job.type === cacheLoad && cached === 0)
    return { job, end: 'error', message: `${job.name} loaded nothing into the cache (cached 0)`, lines };
  if (result === 'WARNING')
    return { job, end: 'warning', message: `${job.name} ran with a warning${sayCached(cached)}`, lines };
  return {
    job,
    end: 'error',
    message: `${job.name} of project ${job.project.name} ended with ${result}`,
    lines,
  };
}

function sayCached(cached: number | null): string {
  return cached === null || Number.isNaN(cached) ? '' : ` (cached ${cached})`;
}

/** Every text under a key that speaks of errors or warnings, in the report and in those of its single loads. */
function wordsIn(value: unknown, isTold = false): string[] {
  if (typeof value === 'string') return isTold && value.trim() !== '' ? value.split('\n') : [];
  if (Array.isArray(value)) return value.flatMap((item) => wordsIn(item, isTold));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    wordsIn(inner, isTold || /(?:Errors|Warnings)$/.test(key)),
  );
}
