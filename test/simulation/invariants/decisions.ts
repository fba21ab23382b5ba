import type { Invariant } from '../invariant.ts';
import { type DeploymentEntry, usualApprovals } from '../ledger.ts';
import type { LogRow } from '../memory.ts';
import { people } from '../scenario.ts';

/** 6. */
export const scheduleOnce: Invariant = {
  number: '6 schedule once',
  says: 'A scheduled deployment begins once, inside its grace or because a person or the rule let it; else it is missed with one notice; nothing begins after it was cancelled.',
  watch:
    ({ ledger }) =>
    (happening) => {
      if (happening.is !== 'row') return null;
      const { row } = happening;
      const entry = ledger.deployments.get(row.deployment);
      return entry ? wronglyStarted(entry, row) : null;
    },
};

function wronglyStarted(entry: DeploymentEntry, { event, at }: LogRow): string | null {
  const { number, closed, attempts, startsAt, scheduled, environment } = entry;
  const { graceMinutes, onMissed } = environment.schedule;
  if (event.type === 'attempt_started') {
    if (closed !== null) return `#${number} begins after it was ${closed}`;
    if (event.attempt !== attempts.length + 1) return `attempt ${event.attempt} of #${number} begins twice`;
  }
  if (event.type === 'missed' && closed !== null) return `#${number} is missed after it was ${closed}`;
  if (event.type !== 'queued' || startsAt === null) return null;
  if (at < startsAt) return `#${number} begins ${startsAt - at} ms before its hour`;
  const late = scheduled && at > startsAt + graceMinutes * 60_000;
  return late && onMissed !== 'run' && !entry.lateStartAllowed
    ? `#${number} begins ${at - startsAt} ms after its hour, and nobody let it`
    : null;
}

/** Between the last check and the first event of the attempt: nobody can look into Slack and the database at once. */
const checkToStartMs = 45_000;

/** 7. */
export const approvalBinding: Invariant = {
  number: '7 approval binding',
  says: 'What begins was approved by enough distinct people who may, none of them its requester, for the very plan that runs, in time; or two distinct people who may deploy broke the glass of that plan.',
  watch:
    ({ ledger, wasMember }) =>
    (happening) => {
      if (happening.is !== 'row') return null;
      const { event, deployment, at } = happening.row;
      const entry = ledger.deployments.get(deployment);
      if (!entry) return null;
      if (event.type === 'approved') {
        const owner = event.for ?? event.by;
        if (entry.approvals.some((cast) => cast.by === event.by || (cast.for ?? cast.by) === owner))
          return `the vote of ${owner} on #${deployment} is given twice, or ${event.by} votes twice`;
        if (entry.expiresAt !== null && at >= entry.expiresAt)
          return `#${deployment} is approved after it expired`;
      }
      if (event.type !== 'attempt_started' || !entry.environment.approval) return null;
      const needed = usualApprovals(entry);
      const isThere = (who: string): boolean => wasMember(who, at - checkToStartMs);
      if (entry.glass) return wronglyBroken(entry, entry.glass, isThere);
      const valid = entry.approvals.filter(
        ({ by, for: owner = by, planHash }) =>
          planHash === entry.planHash &&
          by !== entry.requestedBy &&
          [people.ben, people.cleo].includes(owner) &&
          isThere(by) &&
          isThere(owner),
      );
      const distinct = new Set(valid.map(({ by, for: owner = by }) => owner)).size;
      return distinct < needed ? `#${deployment} begins with ${distinct} of ${needed} valid approvals` : null;
    },
};

/** Two distinct people who may deploy, none of them the requester. */
function wronglyBroken(
  { number, requestedBy }: DeploymentEntry,
  glass: string[],
  isThere: (who: string) => boolean,
): string | null {
  const valid = glass.filter((who) => who !== requestedBy && isThere(who));
  return new Set(valid).size < 2 ? `#${number} begins with glass that ${glass.join(' and ')} broke` : null;
}
