import type { ViewStateValue } from '@slack/bolt';
import type { InputBlock, KnownBlock, ModalView } from '@slack/types';

import type { RetryOffer } from '../../app/retry-deployment.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import type { RetryChoice } from '../../domain/deployment/retry-choice.ts';
import { liveClusters } from '../../domain/plan/plan.ts';
import { context, section } from '../blocks.ts';
import { cut, slackInstant } from '../escape.ts';
import { option } from '../form/fields.ts';
import { encodeButton, ids } from '../ids.ts';

/** What stands in the form *Deploy again*; servers by name count only where the part is `chosen`. */
export interface ChooseState {
  part: 'remaining' | 'failed' | 'chosen';
  servers: string[];
}

/** What is chosen before anybody chose: what failed, where that is less than all. */
export function firstChoice({ failed, remaining }: RetryOffer): ChooseState {
  const isLess = failed.length > 0 && failed.length < remaining.length;
  return { part: isLess ? 'failed' : 'chosen', servers: [] };
}

/** Reads the form as Slack sends it back. */
export function readChoice(values: Record<string, Record<string, ViewStateValue>>): ChooseState {
  const part = values[ids.chosenPart]?.[ids.chosenPart]?.selected_option?.value;
  const fields = Object.values(values).flatMap((field) => field[ids.chosenServers]?.selected_options ?? []);
  return {
    part: part === 'remaining' || part === 'failed' ? part : 'chosen',
    servers: fields.map(({ value }) => value ?? ''),
  };
}

/** What the form asks for. */
export function choiceOf({ part, servers }: ChooseState): RetryChoice {
  return part === 'chosen' ? { servers } : part;
}

/** The form *Deploy again*: which part of what remains, and in words what sending it does. */
export function chooseForm(offer: RetryOffer, state: ChooseState, notice: string | null): ModalView {
  const { number, version, planHash } = offer.deployment;
  const servers = serversOf(offer, state);
  return {
    type: 'modal',
    callback_id: ids.chooseForm,
    private_metadata: encodeButton({ number, version, planHash, question: null }),
    title: plain('Deploy again'),
    submit: plain(servers.length === 0 ? 'Deploy' : `Deploy ${sayServers(servers.length)}`),
    close: plain('Close'),
    blocks: [
      ...(notice === null ? [] : [section(`*${notice}*`)]),
      partField(offer, state),
      ...(state.part === 'chosen' ? serversField(offer, state) : []),
      ...whatHappens(offer, servers),
    ],
  };
}

/** In the place of the form, where there is nothing to choose any more. */
export function nothingToChoose(sentence: string): ModalView {
  return { type: 'modal', title: plain('Deploy again'), close: plain('Close'), blocks: [section(sentence)] };
}

function serversOf({ remaining, failed, excluded }: RetryOffer, { part, servers }: ChooseState): string[] {
  if (part === 'failed') return failed;
  if (part === 'remaining') return remaining;
  return [...remaining, ...excluded].filter((name) => servers.includes(name));
}

function partField({ remaining, failed }: RetryOffer, { part }: ChooseState): InputBlock {
  const options = [
    ...(remaining.length > 0 ? [option(`All that remains (${remaining.length})`, 'remaining')] : []),
    ...(failed.length > 0 ? [option(`Only the failed (${failed.length})`, 'failed', failed.join(', '))] : []),
    option('Servers by name', 'chosen'),
  ];
  const chosen = options.find(({ value }) => value === part);
  return {
    type: 'input',
    block_id: ids.chosenPart,
    label: plain('What is deployed again'),
    dispatch_action: true,
    element: {
      type: 'radio_buttons',
      action_id: ids.chosenPart,
      options,
      ...(chosen && { initial_option: chosen }),
    },
  };
}

/** Slack takes so many options of a group, and so many groups. */
const most = 100;

function serversField(offer: RetryOffer, { servers }: ChooseState): InputBlock[] {
  const groups = serverGroups(offer);
  const chosen = groups
    .flatMap(({ options }) => options)
    .filter(({ value }) => servers.includes(value ?? ''));
  return [
    {
      type: 'input',
      block_id: ids.chosenServersOf(offer.deployment.version),
      label: plain('Servers'),
      hint: plain('They are deployed in the order of the plan, whatever the order of choice.'),
      dispatch_action: true,
      element: {
        type: 'multi_static_select',
        action_id: ids.chosenServers,
        placeholder: plain('Choose at least one'),
        option_groups: groups,
        ...(chosen.length > 0 && { initial_options: chosen }),
      },
    },
  ];
}

function serverGroups({ plan, remaining, excluded }: RetryOffer) {
  const choosable = new Set([...remaining, ...excluded]);
  return liveClusters(plan.environment)
    .flatMap((cluster) => {
      const names = cluster.servers.map(({ name }) => name).filter((name) => choosable.has(name));
      return Array.from({ length: Math.ceil(names.length / most) }, (_, index) => ({
        label: plain(cut(cluster.name, 75)),
        options: names
          .slice(index * most, (index + 1) * most)
          .map((name) => (excluded.includes(name) ? option(name, name, 'was excluded') : option(name))),
      }));
    })
    .slice(0, most);
}

function whatHappens({ plan, remaining, startsAt, deployment }: RetryOffer, servers: string[]): KnownBlock[] {
  if (servers.length === 0) return [section('Nothing is chosen yet.')];
  const left = remaining.filter((name) => !servers.includes(name));
  const when =
    startsAt === null
      ? 'as soon as the environment is free'
      : `${slackInstant(startsAt, sayTime(startsAt, deployment.zone))}, when the next window opens`;
  const rest = left.length === 0 ? '' : ` As before: ${left.join(', ')}.`;
  const wholeCluster = 'A cluster is put back into service only when all of its servers are done.';
  return [
    section(`Sending this deploys *${servers.join(', ')}* ${when}.${rest}`),
    context('With the same plan, its order and its approval.'),
    ...(plan.level === 'cluster' && left.length > 0 ? [context(wholeCluster)] : []),
  ];
}

function sayServers(count: number): string {
  return `${count} ${count === 1 ? 'server' : 'servers'}`;
}

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}
