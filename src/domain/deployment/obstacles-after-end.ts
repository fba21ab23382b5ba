import { type Obstacle, type ObstacleFacts, operators } from './obstacle.ts';
import { remainingServers } from './retry-choice.ts';

/** It ended: why, and what can still be done about it. */
export function afterEnd({ deployment, plan, configuration }: ObstacleFacts): Obstacle[] {
  const { number, state, endedBy, rejection, attempt } = deployment;
  if (state === 'ok' || state === 'ok_with_warnings') return [];
  const again = 'Request it again with `/deploy`.';
  if (rejection)
    return [
      ended(
        `#${number} was rejected by <@${rejection.by}>.`,
        'Read why in its thread, and request it again.',
      ),
    ];
  if (state === 'expired')
    return [ended(`#${number} expired: ${endedBy ?? 'nobody approved it in time'}.`, again)];
  if (attempt === 0)
    return [
      ended(
        `#${number} ${state === 'missed' ? 'was not started' : 'was cancelled'}: ${endedBy ?? ''}.`,
        again,
      ),
    ];
  const rest = remainingServers(plan, deployment);
  if (rest.length === 0) return [];
  return [
    {
      rule: 'rest',
      message: `#${number} ended with ${rest.length} ${rest.length === 1 ? 'server' : 'servers'} left (${cut(rest)}), and needs somebody to deploy the rest.`,
      liftedBy: 'the requester, or whoever may deploy there',
      wayOut: `Look at what failed, then \`/deploy retry ${number}\` or \`/deploy rollback ${number}\`.`,
      people: operators(deployment, configuration),
    },
  ];
}

function ended(message: string, wayOut: string): Obstacle {
  return { rule: 'ended', message, liftedBy: 'nobody', wayOut, people: [] };
}

function cut(names: string[]): string {
  return names.length <= 5
    ? names.join(', ')
    : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}
