import type { Button, KnownBlock } from '@slack/types';

import { type Deployment, hasEnded } from '../../domain/deployment/deployment.ts';
import type { DeploymentEvent } from '../../domain/events/deployment-event.ts';
import { isPreparation, type PreparationEvent } from '../../domain/events/preparation-event.ts';
import type { Fact } from '../../progress/facts.ts';
import { actions, button, context } from '../blocks.ts';
import { encodeButton, ids } from '../ids.ts';

type EventOf<T extends PreparationEvent['type']> = Extract<PreparationEvent, { type: T }>;

/** How many servers or owners of one message have a button; Slack takes 25 in a block. */
export const mostRows = 20;

/** Whether a line of the thread offers something about the start. */
export function hasPreparationButtons({ type }: DeploymentEvent): boolean {
  return ['rehearsed', 'owners_asked', 'servers_excluded', 'watcher_asked'].includes(type);
}

/** Whether something changes what such lines offer. */
export function changesPreparation(event: DeploymentEvent): boolean {
  const begunOrEnded = ['attempt_started', 'cancelled', 'missed', 'expired', 'rejected'];
  return isPreparation(event) || begunOrEnded.includes(event.type);
}

/** What can be decided about the start below the line that tells of it; nothing once it has begun or ended. */
export function preparationButtons(deployment: Deployment, { event, at, version }: Fact): KnownBlock[] {
  if (!isPreparation(event) || deployment.attempt > 0 || hasEnded(deployment.state)) return [];
  const id = `preparation-${version}`;
  switch (event.type) {
    case 'rehearsed':
      return at === deployment.preparation.rehearsal?.result?.at ? afterRehearsal(deployment, event, id) : [];
    case 'owners_asked':
      return [...actions(id, ownerButtons(deployment)), ...actions(`${id}-gone`, forGoneOwners(deployment))];
    case 'servers_excluded':
      return actions(id, includeButton(deployment, event, at));
    case 'watcher_asked':
      return deployment.preparation.watch.watcher ? [] : actions(id, [watchButton(deployment, 'primary')]);
    case 'servers_included':
    case 'rehearsal_asked':
    case 'server_checked':
    case 'owner_agreed':
    case 'watch_taken':
    case 'watch_offered':
      return [];
  }
}

function afterRehearsal(deployment: Deployment, event: EventOf<'rehearsed'>, id: string): KnownBlock[] {
  const { excluded } = deployment.preparation;
  const bad = [...event.problems.map(({ server }) => server), ...event.unanswered].filter(
    (server) => !excluded.has(server),
  );
  if (event.problems.length + event.unanswered.length + event.obstacles.length === 0) return [];
  const more = bad.length - mostRows;
  return [
    ...actions(id, [
      ...bad.slice(0, mostRows).map((server, row) => excludeButton(deployment, server, row)),
      button(ids.rehearse, 'Re-check', valueOf(deployment), {
        accessibilityLabel: `Look at the servers of deployment ${deployment.number} again`,
      }),
    ]),
    ...(more > 0 ? [context(`… and ${more} more, once these are decided.`)] : []),
  ];
}

function excludeButton(deployment: Deployment, server: string, row: number): Button {
  return button(ids.exclude(row), `Exclude ${server}`, valueOf(deployment, server), {
    accessibilityLabel: `Exclude ${server} from deployment ${deployment.number}`,
    confirm: {
      title: `Exclude ${server}?`,
      text: 'It is left as it is, in your name, with what cannot be deployed to without it. The approval of the rest stays.',
      yes: 'Exclude',
    },
  });
}

/** Of one exclusion, as long as any of its servers is still out by it. */
function includeButton(
  deployment: Deployment,
  { servers }: EventOf<'servers_excluded'>,
  at: number,
): Button[] {
  const { excluded } = deployment.preparation;
  const still = servers.filter((server) => excluded.get(server)?.at === at);
  const [server] = still;
  if (server === undefined) return [];
  return [
    button(ids.include, 'Include again', valueOf(deployment, server), {
      accessibilityLabel: `Include ${still.join(', ')} in deployment ${deployment.number} again`,
    }),
  ];
}

/** Fine and Not tonight, as long as an owner who was asked has not said yes. */
export function ownerButtons(deployment: Deployment): Button[] {
  const { consent, agreed } = deployment.preparation;
  if (!consent?.owners.some(({ owner }) => !agreed.has(owner))) return [];
  return answersOfOwner(deployment);
}

/** Fine and Not tonight. */
export function answersOfOwner(deployment: Deployment): Button[] {
  const value = valueOf(deployment);
  const { number } = deployment;
  return [
    button(ids.fine, 'Fine', value, { style: 'primary', accessibilityLabel: `Fine: deployment ${number}` }),
    button(ids.notTonight, 'Not tonight', value, { accessibilityLabel: `Not tonight: deployment ${number}` }),
  ];
}

/** Somebody decides for owners who cannot answer. */
function forGoneOwners(deployment: Deployment): Button[] {
  const { consent, agreed, excluded } = deployment.preparation;
  const open = (consent?.gone ?? []).filter(({ owner }) => !agreed.has(owner));
  const servers = open.flatMap((each) => each.servers).filter((server) => !excluded.has(server));
  return [
    ...servers.slice(0, 12).map((server, row) => excludeButton(deployment, server, row)),
    ...open
      .filter((each) => each.servers.some((server) => !excluded.has(server)))
      .slice(0, 12)
      .map(({ owner, servers: own }, row) =>
        button(ids.allTheSame(row), `Deploy ${own.join(', ')} all the same`, valueOf(deployment, owner), {
          accessibilityLabel: `Deploy ${own.join(', ')} all the same with ${deployment.number}`,
        }),
      ),
  ];
}

/** I am watching. */
export function watchButton(deployment: Deployment, style?: 'primary'): Button {
  return button(ids.watch, 'I am watching', valueOf(deployment), {
    accessibilityLabel: `I am watching deployment ${deployment.number}`,
    ...(style && { style }),
  });
}

function valueOf({ number, version, planHash }: Deployment, member?: string): string {
  return encodeButton({ number, version, planHash, question: null, ...(member !== undefined && { member }) });
}
