import { readdirSync, readFileSync } from 'node:fs';

/** One living process of this machine. */
export interface TableRow {
  pid: number;
  parent: number;
  session: number;
  /** Ticks since the machine started: with the number it names one process for ever. */
  started: number;
  words: string[];
}

/** Every process that lives now; one that has ended and was not waited for does not live. */
export function processTable(): TableRow[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readRow(Number(name)) ?? []);
}

/** A process's children, their children, and so on. */
export function descendantsOf(pid: number): TableRow[] {
  const table = processTable();
  const below = (parent: number): TableRow[] =>
    table.filter((row) => row.parent === parent).flatMap((row) => [row, ...below(row.pid)]);
  return below(pid);
}

/** Those of these processes that still live. */
export function stillAlive(rows: TableRow[]): TableRow[] {
  const table = processTable();
  return rows.filter((row) => table.some(({ pid, started }) => pid === row.pid && started === row.started));
}

/** Living processes that were started with words about this directory. */
export function processesAbout(directory: string): TableRow[] {
  return processTable().filter(({ words }) => words.some((word) => word.includes(directory)));
}

/** The leader of a step's session, by the runner that started it. */
export function isStepLeader({ words }: TableRow): boolean {
  return words.includes('wrap');
}

/** What only looks on: a follower of the runner, or the tail that it reads with. */
export function looksOn({ words }: TableRow): boolean {
  return words[0] === 'tail' || (words.some((word) => word.includes('/runner-')) && !words.includes('wrap'));
}

function readRow(pid: number): TableRow | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = '', parent, , session] = fields;
    if (state === 'Z' || state === 'X') return null;
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return { pid, parent: Number(parent), session: Number(session), started: Number(fields[19]), words };
  } catch {
    // It ended between the two looks.
    return null;
  }
}
