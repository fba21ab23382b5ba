import type { Configuration } from './configured/configuration.ts';
import type { Environment } from './configured/environment.ts';
import type { DeploymentEvent } from './events/deployment-event.ts';
import { adminRoles, type Person, refuseWithout } from './roles.ts';
import type { Refusal } from './verdict.ts';

/** What an environment's channel is told besides the card; the thread is always told everything. */
export type ChannelTelling = 'failures' | 'starts-and-ends' | 'nothing';

/** What holds where nobody chose. */
export const usualTelling: ChannelTelling = 'failures';

/** What can be chosen, the usual first, in words. */
export const channelTellings: { tells: ChannelTelling; words: string; explanation: string }[] = [
  {
    tells: 'failures',
    words: 'Failures and what needs somebody',
    explanation: 'What fails, is asked or cannot begin; the rest stays in the thread.',
  },
  {
    tells: 'starts-and-ends',
    words: 'Starts and ends as well',
    explanation: 'Every attempt, when it begins and how it ended.',
  },
  {
    tells: 'nothing',
    words: 'Nothing but the card',
    explanation: 'Failures and questions too stand on the card and in its thread only.',
  },
];

/** Whether something that happened is said in the channel; `matters`: it failed, or needs somebody. */
export function isToldInChannel(
  tells: ChannelTelling,
  { event, matters }: { event: DeploymentEvent; matters: boolean },
): boolean {
  if (tells === 'nothing') return false;
  const isTurn = event.type === 'attempt_started' || event.type === 'attempt_ended';
  return matters || (tells === 'starts-and-ends' && isTurn);
}

/** Who may choose it: an environment's admins. Null when this person may. */
export function refuseTellingChooser(
  person: Person,
  configuration: Configuration,
  environment: Environment,
): Refusal | null {
  return refuseWithout(person, configuration, {
    environment,
    roles: adminRoles,
    rule: 'settings',
    message: `You may not choose what the channel of \`${environment.name}\` is told: you are no admin there.`,
  });
}
