import type { Invariant } from '../invariant.ts';
import { atWork, type DeploymentEntry, taskEntry, taskOfMarker } from '../ledger.ts';

const beginnings = new Set(['attempt_started', 'put_back_started']);

/** 1. */
export const singleFlight: Invariant = {
  number: '1 single flight',
  says: 'Of each environment at most one deployment has an attempt that goes on or puts a member back, and nothing begins out there for any other.',
  watch:
    ({ ledger }) =>
    (happening) => {
      if (happening.is === 'row' && beginnings.has(happening.row.event.type)) {
        const entry = ledger.deployments.get(happening.row.deployment);
        const other = [...ledger.deployments.values()].find(
          (candidate) => atWork(candidate) && candidate.environment.name === entry?.environment.name,
        );
        if (other) return `#${happening.row.deployment} begins while #${other.number} goes on`;
        return findRunOfOther(ledger.deployments, happening.row.deployment);
      }
      if (happening.is !== 'world' || happening.event.type !== 'started') return null;
      const { deployment, attempt } = happening.event.marker;
      const entry = ledger.deployments.get(deployment);
      if (atWork(entry)?.number === attempt) return null;
      // Somebody answered that it will never be known: whatever an old owner does there comes late.
      const task = entry && taskOfMarker(entry, happening.event.marker.task);
      const given = entry?.attempts.find(({ number }) => number === attempt);
      if (task && given && happening.event.marker.run <= taskEntry(given, task.id).givenUpRun) return null;
      return `a run of #${deployment}/${attempt} begins, and that attempt does not go on`;
    },
};

function findRunOfOther(deployments: Map<number, DeploymentEntry>, begins: number): string | null {
  for (const entry of deployments.values())
    for (const [key, runs] of entry.runs) {
      const [attempt = '', task = ''] = key.split('/');
      const given = entry.attempts.find(({ number }) => number === Number(attempt));
      const givenUpRun = given ? taskEntry(given, Number(task)).givenUpRun : 0;
      if (given && runs.some(({ open, run }) => open && run > givenUpRun))
        return `#${begins} begins while task ${task} of #${entry.number}/${attempt} still runs`;
    }
  return null;
}
