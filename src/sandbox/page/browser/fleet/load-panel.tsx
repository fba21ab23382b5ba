import type { LoadSnapshot } from '../../snapshot.ts';
import { hueOf } from '../chat/avatar.tsx';

/** What the load generator found: the number that must stay 0, and who answered. */
export function LoadPanel({ load }: { load: LoadSnapshot }) {
  const { requestsPerSecond, sent, failed, byRevision } = load;
  const total = Math.max(
    1,
    Object.values(byRevision).reduce((sum, count) => sum + count, 0),
  );
  const shares = Object.entries(byRevision).toSorted(([left], [right]) => left.localeCompare(right));
  return (
    <section class="load" aria-label="Load">
      <p class={failed === 0 ? 'load-total' : 'load-total load-failed'}>
        <strong>
          {failed.toLocaleString('en')} of {sent.toLocaleString('en')} requests failed
        </strong>
        <small>{requestsPerSecond} every second, through the balancer</small>
      </p>
      <div class="shares" aria-hidden="true">
        {shares.map(([name, count]) => (
          <span
            key={name}
            class="revision-fill"
            style={{ '--hue': String(hueOf(name)), flexGrow: String(count / total) }}
          />
        ))}
      </div>
      <p class="legend">
        {shares.map(([name, count]) => (
          <span key={name}>
            <i class="revision-fill" style={{ '--hue': String(hueOf(name)) }} aria-hidden="true" />
            {name} {count.toLocaleString('en')}
          </span>
        ))}
      </p>
    </section>
  );
}
