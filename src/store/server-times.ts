import type { ServerTime } from '../domain/plan/forecast.ts';

/** How long servers took. */
export interface ServerTimeStore {
  /**
   * How long servers took in the latest deployments of an environment of which all or a part ended well, at most as many
   * as `deployments`, rollbacks left out; the newest deployment first, then in the order in which the servers ended.
   */
  serverTimes(environment: string, deployments: number): Promise<ServerTime[]>;
}
