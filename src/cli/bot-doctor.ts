import type { Configuration } from '../domain/configured/configuration.ts';
import type { BotOptions } from './bot-options.ts';
import { checkRunning } from './doctor/check-running.ts';
import { checkSlack } from './doctor/check-slack.ts';
import type { Finding } from './doctor/finding.ts';
import { createSlackCall } from './doctor/slack-call.ts';

/** What the running bot can look at by itself for `/deploy doctor`: Slack, its memory, and what servers said. */
export function createExamination(
  { store, dataDirectory, slack }: Pick<BotOptions, 'store' | 'dataDirectory' | 'slack'>,
  current: () => Configuration,
): () => Promise<Finding[]> {
  const { botToken, apiUrl, transport } = slack;
  return async () => {
    const configuration = current();
    const found = await checkSlack({
      asBot: createSlackCall(botToken, apiUrl),
      asApp: transport.by === 'socket' ? createSlackCall(transport.appToken, apiUrl) : null,
      configuration,
      environments: configuration.environments.filter(({ deploymentsEnabled }) => deploymentsEnabled),
      now: Date.now,
    });
    return [...found, ...(await checkRunning({ store, dataDirectory, configuration, now: Date.now }))];
  };
}
