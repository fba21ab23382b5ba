import { inEnvironmentsZone } from '../environment.ts';
import type { Invariant } from '../invariant.ts';
import type { DeploymentEntry } from '../ledger.ts';
import type { LogRow } from '../memory.ts';
import { people } from '../scenario.ts';

/** Between the last check and the first event of the attempt a process may hang. */
const checkToStartMs = 45_000;

/** 15. */
export const insideItsHours: Invariant = {
  number: '15 hours and drift',
  says: 'Nothing but a rollback begins outside the windows, or in a freeze without the approval of its override; no server begins after the end of the window in which its attempt began; and none on which something else runs, until a person says so.',
  watch:
    ({ ledger, tamperedAt }) =>
    (happening) => {
      if (happening.is !== 'row') return null;
      const entry = ledger.deployments.get(happening.row.deployment);
      if (!entry) return null;
      if (happening.row.event.type === 'group_checked')
        return overlooksDrift(entry, happening.row, tamperedAt);
      return entry.plan.undoes ? null : wronglyBegins(entry, happening.row);
    },
};

function wronglyBegins(entry: DeploymentEntry, { event, at }: LogRow): string | null {
  const { number } = entry;
  if (event.type === 'attempt_started') {
    if (!isOpen(entry, at) && !isOpen(entry, at - checkToStartMs))
      return `#${number} begins outside its windows`;
    const isFrozen = isInFreeze(entry, at) && isInFreeze(entry, at - checkToStartMs);
    const isOverridden = entry.approvals.some(
      ({ by, planHash }) => by === people.admin && planHash === entry.planHash && by !== entry.requestedBy,
    );
    return (isFrozen || entry.overrides > 0) && !isOverridden
      ? `#${number} begins in a freeze that nobody has overridden`
      : null;
  }
  if (event.type !== 'server_started') return null;
  const attempt = entry.attempts.at(-1);
  const end = attempt && windowEnd(entry, attempt.startedAt);
  if (end !== null && end !== undefined && at >= end)
    return `${event.server} of #${number} begins ${at - end} ms after the end of its window`;
  return attempt?.drifting.has(event.server)
    ? `${event.server} of #${number} begins, and something else runs there that nobody has accepted`
    : null;
}

function spansOf({ environment }: DeploymentEntry) {
  return environment.windows.map(({ from, to, atEnd }) => ({
    from: inEnvironmentsZone(from),
    to: inEnvironmentsZone(to),
    atEnd,
  }));
}

function isOpen(entry: DeploymentEntry, at: number): boolean {
  const spans = spansOf(entry);
  return spans.length === 0 || spans.some(({ from, to }) => from <= at && at < to);
}

function windowEnd(entry: DeploymentEntry, at: number): number | null {
  const span = spansOf(entry).find(({ from, to }) => from <= at && at < to);
  return span?.atEnd ? span.to : null;
}

function isInFreeze({ environment: { freezes } }: DeploymentEntry, at: number): boolean {
  return freezes.some(({ from, to }) => inEnvironmentsZone(from) <= at && at < inEnvironmentsZone(to));
}

/** What somebody changed out there long before is found, unless a deployment was there since. */
function overlooksDrift(
  { environment, number, attempts }: DeploymentEntry,
  { event, at }: LogRow,
  tamperedAt: (server: string) => number | null,
): string | null {
  if (environment.drift === null || event.type !== 'group_checked') return null;
  const overlooked = Object.entries(event.from).find(([server, found]) => {
    const since = tamperedAt(server);
    const wasNamed = attempts.at(-1)?.named.get(server) === found;
    const isNamed = wasNamed || (event.drift?.some((drift) => drift.server === server) ?? false);
    return since !== null && at - since > checkToStartMs && found !== null && !isNamed;
  });
  return overlooked ? `#${number} does not see that ${overlooked[0]} was changed by others` : null;
}
