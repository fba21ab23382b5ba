import type { FleetSnapshot } from '../../snapshot.ts';
import { Icon } from '../icons.tsx';
import { BotPanel } from './bot-panel.tsx';
import { LoadPanel } from './load-panel.tsx';
import { ServerTile } from './server-tile.tsx';

/** The right side: the bot's process, the load, and every server. */
export function FleetPanel({ fleet, onClose }: { fleet: FleetSnapshot; onClose: () => void }) {
  const clusters = [...new Set(fleet.servers.map(({ cluster }) => cluster))];
  return (
    <aside class="fleet" aria-label="Fleet">
      <header class="pane-head">
        <h2>
          Fleet <small>behind {fleet.balancer === 'haproxy' ? 'HAProxy' : 'a small balancer'}</small>
        </h2>
        <button
          type="button"
          class="button button-icon not-narrow"
          aria-label="Hide the fleet"
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="fleet-body" tabIndex={0} role="region" aria-label="Servers">
        <BotPanel bot={fleet.bot} />
        <LoadPanel load={fleet.load} />
        {clusters.map((cluster) => (
          <section key={cluster} class="cluster" aria-label={`Cluster ${cluster}`}>
            <h3>{cluster}</h3>
            {fleet.servers
              .filter((server) => server.cluster === cluster)
              .map((server) => (
                <ServerTile key={server.name} server={server} />
              ))}
          </section>
        ))}
      </div>
    </aside>
  );
}
