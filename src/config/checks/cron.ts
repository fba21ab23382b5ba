import { type Fault, fault, type Path } from '../fault.ts';
import type { Salvaged } from '../salvage.ts';
import type { ConfigurationFile } from '../schema/configuration.ts';

interface Field {
  name: string;
  least: number;
  most: number;
  words: string[];
}

const fields: Field[] = [
  { name: 'minute', least: 0, most: 59, words: [] },
  { name: 'hour', least: 0, most: 23, words: [] },
  { name: 'day of the month', least: 1, most: 31, words: [] },
  {
    name: 'month',
    least: 1,
    most: 12,
    words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  {
    name: 'day of the week',
    least: 0,
    most: 7,
    words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
  },
];

/** Recurring times of the housekeeping that no clock reaches. */
export function checkHousekeeping({ housekeeping }: Salvaged<ConfigurationFile>): Fault[] {
  return (['archive', 'databaseBackup'] as const).flatMap((key) =>
    checkCron(housekeeping?.[key]?.cron, ['housekeeping', key, 'cron']),
  );
}

function checkCron(cron: string | undefined, path: Path): Fault[] {
  if (cron === undefined) return [];
  const written = cron.trim().split(/\s+/);
  return fields.flatMap((field, index) => {
    const text = written[index] ?? '';
    return text.split(',').every((part) => isInField(part, field))
      ? []
      : [fault(path, `"${text}" is no ${field.name} (${field.least} to ${field.most}, or *)`)];
  });
}

/** One entry: a star, a number or word, or a range, each perhaps with a step. */
function isInField(part: string, field: Field): boolean {
  const [, span = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
  if (step !== undefined && Number(step) < 1) return false;
  if (span === '*') return true;
  const ends = span.split('-').map((end) => numberOf(end, field));
  return (
    ends.length <= 2 &&
    ends.every((end) => end >= field.least && end <= field.most) &&
    (ends[0] ?? 0) <= (ends.at(-1) ?? 0)
  );
}

function numberOf(end: string, { least, words }: Field): number {
  const word = words.indexOf(end.toLowerCase());
  if (word >= 0) return word + least;
  return /^\d+$/.test(end) ? Number(end) : Number.NaN;
}
