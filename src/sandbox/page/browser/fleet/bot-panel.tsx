import type { BotState } from '../../snapshot.ts';
import { useNow } from '../now.ts';
import { sayAgo } from '../text/dates.ts';
import { MachineButton } from './machine-button.tsx';

/** The bot's process: how it is, and how to end it in the worst way. */
export function BotPanel({ bot }: { bot: BotState }) {
  const now = useNow(1_000);
  const lives = bot.is === 'running' || bot.is === 'starting';
  return (
    <section class="bot" aria-label="The bot">
      <span class={`state-dot state-${bot.is}`} aria-hidden="true" />
      <p role="status">
        <strong>The bot</strong>
        <small>{sayState(bot, Math.max(now, bot.since))}</small>
      </p>
      {lives ? (
        <MachineButton act="kill-bot" kind="danger" label="Kill the bot (SIGKILL)">
          Kill it
        </MachineButton>
      ) : (
        <MachineButton act="start-bot" kind="primary" label="Start the bot again">
          Start it again
        </MachineButton>
      )}
    </section>
  );
}

function sayState(bot: BotState, now: number): string {
  switch (bot.is) {
    case 'starting':
      return `starting, pid ${bot.pid}`;
    case 'running':
      return `running, pid ${bot.pid}`;
    case 'killed':
      return `killed ${sayAgo(bot.since, now)} (SIGKILL)`;
    case 'ended':
      return `ended by itself ${sayAgo(bot.since, now)}, exit code ${bot.exitCode ?? 'none'}`;
  }
}
