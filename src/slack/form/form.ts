import type { InputBlock, ModalView, PlainTextOption } from '@slack/types';

import type { LoadedBatch } from '../../app/batch.ts';
import type { PlannedDeployment } from '../../app/plan-deployment.ts';
import type { Configuration, Environment } from '../../domain/environment.ts';
import { liveClusters, liveServers } from '../../domain/plan/plan.ts';
import type { Refusal } from '../../domain/verdict.ts';
import { joinedLines } from '../batch/joined-lines.ts';
import { section } from '../blocks.ts';
import { cut } from '../escape.ts';
import { ids } from '../ids.ts';
import type { FormState } from './form-state.ts';
import { acceptField, planBlocks } from './plan-blocks.ts';
import { whichTimeField } from './which-time.ts';

/** What the form is drawn from. */
export interface FormFacts {
  state: FormState;
  configuration: Configuration;
  /** The plan of what is chosen; null while something is still missing. */
  planned: PlannedDeployment | null;
  /** The batch that it joins; absent or null where its hour is chosen in the form. */
  joined?: LoadedBatch | null;
  /** What stands against it now. */
  refusals: Refusal[];
  /** One line above everything: why the form came back. */
  notice: string | null;
  /** The zone of the person who fills it in. */
  zone: string;
  /** Carried along unread: the channel in which it was opened. */
  metadata: string;
}

const maxOptions = 100;
const maxServers = 100;

/** The form *Deploy*, one view from opening to sending: fields, then the plan with its warnings. */
export function deployForm(facts: FormFacts): ModalView {
  const { state, planned, notice } = facts;
  return {
    type: 'modal',
    callback_id: ids.form,
    private_metadata: facts.metadata,
    title: plain('Deploy'),
    submit: plain(state.when === 'now' ? 'Deploy now' : 'Schedule'),
    close: plain('Close'),
    blocks: [
      ...(notice === null ? [] : [section(`*${notice}*`)]),
      selectionField(state),
      environmentField(facts),
      ...serversField(facts),
      ...(facts.joined ? joinedLines(facts.joined) : hourFields(facts)),
      reasonField(state),
      { type: 'divider' },
      ...planBlocks(planned, facts.refusals),
      ...acceptField(planned),
    ],
  };
}

function hourFields({ state, zone }: FormFacts): InputBlock[] {
  return [whenField(state), ...dateTimeField(state), ...whichTimeField(state, zone)];
}

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

function selectionField({ selection }: FormState): InputBlock {
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

function environmentField({ state, configuration }: FormFacts): InputBlock {
  const options = configuration.environments
    .slice(0, maxOptions)
    .map(({ name, kind }) => option(name, name, kind));
  const chosen = options.find(({ value }) => value === state.environment);
  return {
    type: 'input',
    block_id: ids.environment,
    label: plain('Environment'),
    dispatch_action: true,
    element: {
      type: 'static_select',
      action_id: ids.environment,
      placeholder: plain('Choose one'),
      options,
      ...(chosen && { initial_option: chosen }),
    },
  };
}

/** Optional; its name changes with the environment, so that servers of another one never stay chosen. */
function serversField({ state, configuration }: FormFacts): InputBlock[] {
  const environment = configuration.environments.find(({ name }) => name === state.environment);
  const groups = environment ? serverGroups(environment) : [];
  if (groups.length === 0) return [];
  const chosen = groups
    .flatMap((group) => group.options)
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
  return liveClusters(environment)
    .slice(0, maxOptions)
    .map((cluster) => ({
      label: plain(cut(cluster.name, 75)),
      options: liveServers(environment, cluster)
        .slice(0, maxServers)
        .map(({ name }) => option(name)),
    }));
}

function whenField({ when }: FormState): InputBlock {
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

function dateTimeField({ when, dateTime }: FormState): InputBlock[] {
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

function reasonField({ reason }: FormState): InputBlock {
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
