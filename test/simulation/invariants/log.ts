import { chainHash, chainStart } from '../../../src/store/sqlite/chain.ts';
import type { Invariant } from '../invariant.ts';
import { people } from '../scenario.ts';

const known = new Set([...Object.values(people), 'system']);

/** 12. */
export const audit: Invariant = {
  number: '12 audit',
  says: 'The log is one unbroken chain, an entry for each transition and none missing, and whoever decided is a known person or the product itself.',
  watch: () => {
    let head = { seq: 0, hash: chainStart };
    const versions = new Map<number, number>();
    return (happening) => {
      if (happening.is !== 'row') return null;
      const { row } = happening;
      if (row.seq !== head.seq + 1) return `row ${row.seq} follows row ${head.seq}`;
      if (chainHash(head.hash, row) !== row.hash) return `row ${row.seq} does not hold to the one before it`;
      head = { seq: row.seq, hash: row.hash };
      const version = (versions.get(row.deployment) ?? 0) + 1;
      versions.set(row.deployment, version);
      if (row.version !== version) return `#${row.deployment} counts ${row.version} after ${version - 1}`;
      const by = 'by' in row.event ? row.event.by : 'system';
      return known.has(by) ? null : `${row.event.type} of #${row.deployment} is by ${by}, whom nobody knows`;
    };
  },
};

/** G2. */
export const liveness: Invariant = {
  number: 'G2 liveness',
  says: 'Once faults have stopped and one process is alive, every deployment ends or waits for a person, and everybody is told, within a bounded time.',
  watch:
    ({ ledger, memory }) =>
    (happening) => {
      if (happening.is !== 'end' || happening.finished) return null;
      const open = [...ledger.deployments.values()].map(({ number, closed, attempts }) => {
        const last = attempts.at(-1);
        return `#${number} ${closed ?? (last ? `attempt ${last.number} ${last.ended ? 'ended' : 'goes on'}` : 'not begun')}`;
      });
      const unsaid = memory.unsaidMessages().map(({ key, state, error }) => `${key} ${state} ${error ?? ''}`);
      return `not at rest: ${[...open, ...unsaid].join(', ')}`;
    },
};
