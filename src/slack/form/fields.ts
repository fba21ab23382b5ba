import type { InputBlock, PlainTextOption } from '@slack/types';

import type { Environment } from '../../domain/configured/environment.ts';
import type { EnvironmentChoices } from '../../domain/plan/environment-choices.ts';
import { liveClusters, liveServers } from '../../domain/plan/plan.ts';
import { cut } from '../escape.ts';
import { ids } from '../ids.ts';
import type { FormState } from './form-state.ts';

/** Slack takes so many options of a list or group, and so many groups. */
const most = 100;

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}

/** An option; Slack's limits are 75 and 150 characters. */
export function option(text: string, value = text, description?: string): PlainTextOption {
  return {
    text: plain(cut(text, 75)),
    value,
    ...(description && { description: plain(cut(description, 75)) }),
  };
}

/** *Revisions or package*, searched as it is typed. */
export function selectionField({ selection }: FormState): InputBlock {
  return {
    type: 'input',
    block_id: ids.selection,
    label: plain('Revisions or package'),
    hint: plain('The order of choice is the order of deployment. A package is not mixed with others.'),
    dispatch_action: true,
    element: {
      type: 'multi_external_select',
      action_id: ids.selection,
      min_query_length: 0,
      placeholder: plain('Search by name'),
      ...(selection.length > 0 && { initial_options: selection.map((name) => option(name)) }),
    },
  };
}

/** *Environment*: where the person may deploy what they chose, and what they chose already, whatever speaks against it. */
export function environmentField(
  { environment: chosen }: FormState,
  choices: EnvironmentChoices,
): InputBlock {
  const offered = environmentOptions(choices);
  const found = offered.find(({ value }) => value === chosen);
  const kept = chosen === null ? undefined : (found ?? option(chosen, chosen, 'does not fit: see below'));
  return {
    type: 'input',
    block_id: ids.environment,
    label: plain('Environment'),
    dispatch_action: true,
    element: {
      type: 'static_select',
      action_id: ids.environment,
      placeholder: plain('Choose one'),
      options: kept && !found ? [...offered.slice(0, most - 1), kept] : offered,
      ...(kept && { initial_option: kept }),
    },
  };
}

/** Where nothing fits, everything of theirs is offered: a list has an option, and what is wrong is said once it is chosen. */
function environmentOptions({ offered, unfit }: EnvironmentChoices): PlainTextOption[] {
  const environments = offered.length > 0 ? offered : unfit.map(({ environment }) => environment);
  return environments.slice(0, most).map(({ name, kind }) => option(name, name, kind));
}

/** *Servers*, optional; its name changes with the environment, so that servers of another one never stay chosen. */
export function serversField(state: FormState, environment: Environment | null): InputBlock[] {
  const live = environment ? serverGroups(environment) : [];
  if (live.length === 0) return [];
  const offered = new Set(live.flatMap(({ options }) => options.map(({ value }) => value ?? '')));
  const gone = state.servers.filter((name) => !offered.has(name)).slice(0, most);
  const groups = [
    ...live.slice(0, gone.length > 0 ? most - 1 : most),
    ...(gone.length > 0
      ? [{ label: plain('Cannot be deployed to'), options: gone.map((name) => option(name)) }]
      : []),
  ];
  const chosen = groups
    .flatMap(({ options }) => options)
    .filter(({ value }) => state.servers.includes(value ?? ''));
  return [
    {
      type: 'input',
      block_id: ids.serversOf(state.environment),
      optional: true,
      label: plain('Servers'),
      hint: plain('Leave it empty for every enabled server.'),
      dispatch_action: true,
      element: {
        type: 'multi_static_select',
        action_id: ids.servers,
        placeholder: plain('Every enabled server'),
        option_groups: groups,
        ...(chosen.length > 0 && { initial_options: chosen }),
      },
    },
  ];
}

function serverGroups(environment: Environment) {
  return liveClusters(environment).flatMap((cluster) => {
    const servers = liveServers(environment, cluster);
    return Array.from({ length: Math.ceil(servers.length / most) }, (_, index) => ({
      label: plain(cut(cluster.name, 75)),
      options: servers.slice(index * most, (index + 1) * most).map(({ name }) => option(name)),
    }));
  });
}

/** *When*: now, or at an hour. */
export function whenField({ when }: FormState): InputBlock {
  const options = [option('Now', 'now'), option('At a date and time', 'at')];
  const [now, at] = options;
  const initial = when === 'at' ? at : now;
  return {
    type: 'input',
    block_id: ids.when,
    label: plain('When'),
    dispatch_action: true,
    element: {
      type: 'radio_buttons',
      action_id: ids.when,
      options,
      ...(initial && { initial_option: initial }),
    },
  };
}

/** *Date and time*, where it is not now. */
export function dateTimeField({ when, dateTime }: FormState): InputBlock[] {
  if (when === 'now') return [];
  return [
    {
      type: 'input',
      block_id: ids.dateTime,
      label: plain('Date and time'),
      dispatch_action: true,
      element: {
        type: 'datetimepicker',
        action_id: ids.dateTime,
        ...(dateTime !== null && { initial_date_time: Math.floor(dateTime / 1_000) }),
      },
    },
  ];
}

/** *Reason*, in the person's own words. */
export function reasonField({ reason }: FormState): InputBlock {
  return {
    type: 'input',
    block_id: ids.reason,
    label: plain('Reason'),
    element: {
      type: 'plain_text_input',
      action_id: ids.reason,
      multiline: true,
      max_length: 3_000,
      ...(reason && { initial_value: reason }),
    },
  };
}
