import type { DeploymentState } from '../../domain/deployment/deployment.ts';
import type { GaugeStore, StoreGauges } from '../gauges.ts';
import type { Connection } from './connection.ts';
import { notSaidWords } from './schema.ts';

/** Everything up to the first colon of a key says what kind of message it is. */
const kindOfKey = `substr(key, 1, instr(key, ':') - 1)`;
/** Only what has not ended: the others are as many as there ever were. */
const open: DeploymentState[] = ['awaiting_approval', 'scheduled', 'queued', 'running', 'paused', 'waiting'];

/** How much of everything there is now; every question is answered by an index, however old the database is. */
export function gaugeMethods({ client, read }: Connection): GaugeStore {
  const deployments = client.prepare<[], StoreGauges['deployments'][number]>(
    `SELECT state, count(*) AS count FROM deployments WHERE state IN (${open.map((state) => `'${state}'`).join(', ')}) GROUP BY state`,
  );
  const outbox = client.prepare<[], StoreGauges['outbox'][number]>(
    `SELECT ${kindOfKey} AS kind, state, count(*) AS count FROM messages WHERE ${notSaidWords()} GROUP BY 1, 2`,
  );
  const unsaid = client
    .prepare<[], number | null>(
      `SELECT min(max(wanted_at, created_at)) FROM messages WHERE ${notSaidWords()}`,
    )
    .pluck();
  const due = client.prepare<[], StoreGauges['due'][number]>(
    'SELECT kind, count(*) AS count FROM due GROUP BY kind',
  );
  const oldestDue = client.prepare<[], number | null>('SELECT min(at) FROM due').pluck();
  const inspections = client
    .prepare<[], number>(
      'SELECT count(*) FROM inspections WHERE answered_at IS NULL OR answered_at < asked_at',
    )
    .pluck();
  const leases = client.prepare<[], StoreGauges['leases'][number]>(
    'SELECT environment, since, heartbeat_at AS heartbeatAt FROM leases WHERE holder IS NOT NULL',
  );
  const length = client.prepare<[], number | null>('SELECT max(seq) FROM events').pluck();
  return {
    gauges: async () =>
      await read(() => ({
        deployments: withNone(deployments.all()),
        outbox: outbox.all(),
        oldestUnsaidAt: unsaid.get() ?? null,
        due: due.all(),
        oldestDueAt: oldestDue.get() ?? null,
        inspections: inspections.get() ?? 0,
        leases: leases.all(),
        logLength: length.get() ?? 0,
      })),
  };
}

/** A state in which none is counts as 0: a line that ends looks as if nobody counted. */
function withNone(found: StoreGauges['deployments']): StoreGauges['deployments'] {
  return open.map((state) => found.find((row) => row.state === state) ?? { state, count: 0 });
}
