import type { Revision, RevisionPart } from '../domain/revision.ts';

/** What a revision holds, a part after another: `vql: 12 statements, scheduler: 2 tasks`. */
export function sayContent({ parts, operation }: Pick<Revision, 'parts' | 'operation'>): string {
  const said = Object.entries(parts).map(([name, part]) => `${name}: ${sayPart(part)}`);
  return `${operation === 'drop' ? 'Drops ' : 'Holds '}${said.join(', ')}`;
}

function sayPart({ runbook, vql, tasks }: RevisionPart): string {
  if (vql) return vql.statements === 1 ? '1 statement' : `${vql.statements} statements`;
  if (tasks.length > 0) return tasks.length === 1 ? '1 task' : `${tasks.length} tasks`;
  return runbook === null ? 'files' : `runbook ${runbook}`;
}

const shownEnvironments = 5;

/** Where it was deployed to last; nothing where it was nowhere. */
export function sayWhere(where: { environment: string; servers: number }[]): string {
  const said = where
    .slice(0, shownEnvironments)
    .map(({ environment, servers }) => `${environment} (${servers} ${servers === 1 ? 'server' : 'servers'})`);
  const more = where.length > shownEnvironments ? ` and ${where.length - shownEnvironments} more` : '';
  return said.length === 0 ? '' : `Runs in ${said.join(', ')}${more}`;
}
