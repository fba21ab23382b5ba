import { setTimeout as delay } from 'node:timers/promises';

import { refusalReach } from '../../wording/undelivered.ts';
import { createSocketLink, type SocketLinkNeeds } from './socket-link.ts';
import type { Transport } from './transport.ts';

/** What Socket Mode is opened with. */
export interface SocketModeSettings {
  by: 'socket';
  appToken: string;
}

/** How long a start waits for Slack before it goes on without. */
const startPatienceMs = 5_000;

/**
 * Socket Mode over two websockets, so that a refresh of one loses nothing. A start goes on without Slack where Slack
 * gives no answer, and rejects where it refuses the app token, unless that must not keep the bot from its work.
 */
export function createSocketMode(
  { appToken }: SocketModeSettings,
  needs: Omit<SocketLinkNeeds, 'appToken'> & { goesOnWithout: boolean },
): Transport {
  const links = [createSocketLink({ ...needs, appToken }), createSocketLink({ ...needs, appToken })];
  let settled = async (): Promise<void> => undefined;
  const problem = (): string | null => {
    if (links.some((link) => link.isUp())) return null;
    const why = links.map((link) => link.problem()).find((found) => found !== null);
    return why === undefined ? 'no websocket is open' : `no websocket is open (${why})`;
  };
  return {
    problem,
    start: async (answering) => {
      ({ settled } = answering);
      const tries = links.map(async (link) => await link.start(answering));
      const first = await Promise.race([Promise.any(tries), delay(startPatienceMs, 'no answer')]);
      if (first !== null && refusalReach(first) === 'workspace' && !needs.goesOnWithout)
        throw new Error(`Slack does not take SLACK_APP_TOKEN: ${first}`);
    },
    // An answer travels over the socket that brought the question: it is closed last.
    stop: async () => {
      await settled();
      await Promise.all(links.map(async (link) => await link.stop()));
    },
  };
}
