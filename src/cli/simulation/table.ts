import { plainText } from '../../wording/plain.ts';
import type { SimulatedLine } from './line.ts';

const headings = ['SEQ', 'STATE', 'TYPE', 'WHERE', 'WHAT', 'NOTE'];

/** The lines of a simulation as a table for a terminal. */
export function asTable(lines: SimulatedLine[]): string {
  const rows = [headings, ...lines.map(rowOf)];
  const widths = headings.map((_heading, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function rowOf(
  { type, action, cluster, server, revision, step, state, note }: SimulatedLine,
  index: number,
): string[] {
  const where = [cluster, server].filter((name) => name !== null).join('/');
  const what = [action, revision, step].filter((word) => word !== null).join(' ');
  return [String(index + 1), state, type, where, what, plainText(note)];
}
