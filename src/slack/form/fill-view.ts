import type { InputBlock, KnownBlock, ModalView } from '@slack/types';

import {
  type FilledProperty,
  fillable,
  isSecretName,
  type Unfilled,
} from '../../domain/plan/filled-properties.ts';
import type { MissingProperties } from '../../domain/rules/properties.ts';
import type { Refusal } from '../../domain/verdict.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import { context, section } from '../blocks.ts';
import { ids } from '../ids.ts';
import type { FormState } from './form-state.ts';

/** What is carried with the fields unread: the form behind them, and what stands in it. */
export interface FillMetadata {
  form: string;
  channel: string | null;
  /** The deployment whose batch the form joins; absent or null: none. */
  joins?: number | null;
  state: FormState;
}

const maxFields = 90;
const longestMetadata = 3_000;

/** One field for each value that is missing; secrets are named, and stay in the configuration. */
export function fillView(missing: MissingProperties, metadata: FillMetadata): ModalView {
  const fields = fillable(missing).slice(0, maxFields);
  return {
    type: 'modal',
    callback_id: ids.fillForm,
    private_metadata: encode(metadata),
    title: { type: 'plain_text', text: 'Missing values' },
    submit: { type: 'plain_text', text: 'Fill in' },
    close: { type: 'plain_text', text: 'Back' },
    blocks: [
      section('What is filled in here counts where the configuration file says nothing, and is kept.'),
      ...fields.map(field),
      ...secretsLine(missing),
    ],
  };
}

/** Slack keeps what was typed as a reason; without it the rest nearly always fits. */
function encode(metadata: FillMetadata): string {
  const whole = JSON.stringify(metadata);
  if (whole.length <= longestMetadata) return whole;
  return JSON.stringify({ ...metadata, state: { ...metadata.state, reason: '' } });
}

function field({ cluster, name }: Unfilled, index: number): InputBlock {
  const where = cluster === null ? 'of the environment' : `of cluster ${cluster}`;
  return {
    type: 'input',
    block_id: `${ids.filled}:${index}:${cluster ?? ''}`,
    label: { type: 'plain_text', text: name },
    hint: { type: 'plain_text', text: where },
    element: { type: 'plain_text_input', action_id: ids.filled, max_length: 2_000 },
  };
}

function secretsLine({ environment, clusters }: MissingProperties): KnownBlock[] {
  const names = [...environment, ...clusters.flatMap(({ names: ofCluster }) => ofCluster)];
  const secrets = [...new Set(names)].filter(isSecretName);
  return secrets.length === 0
    ? []
    : [
        context(
          `Secrets stay in the configuration, as { env: NAME } or { file: PATH }: ${secrets.join(', ')}.`,
        ),
      ];
}

/** What was filled in, by the field in which it stands. */
export function readFilled(view: {
  blocks: { type: string; block_id?: string; label?: { text?: string } | null }[];
  state: { values: Record<string, Record<string, { value?: string | null }>> };
}): Map<string, FilledProperty> {
  const fields = new Map<string, FilledProperty>();
  for (const { block_id: id = '', label } of view.blocks) {
    const [kind, , ...cluster] = id.split(':');
    if (kind !== ids.filled) continue;
    const value = view.state.values[id]?.[ids.filled]?.value ?? '';
    const where = cluster.join(':');
    fields.set(id, { cluster: where === '' ? null : where, name: label?.text ?? '', value });
  }
  return fields;
}

/** What came of it: what was stored, what was not, and what the check says now. */
export function filledView(stored: number, kept: string[], refusals: Refusal[]): ModalView {
  const values = stored === 1 ? '1 value is' : `${stored} values are`;
  const sentences = [
    `${values} filled in.`,
    ...(kept.length > 0
      ? [`Somebody was faster, and these keep the value they had: ${kept.join(', ')}.`]
      : []),
    refusals.length === 0
      ? 'It was checked again: nothing stands against the plan.'
      : `It was checked again, and still:\n${sayRefusals(refusals)}`,
  ];
  return answerView(sentences.join('\n'));
}

/** A sentence in the place of the fields. */
export function answerView(text: string): ModalView {
  return {
    type: 'modal',
    title: { type: 'plain_text', text: 'Missing values' },
    close: { type: 'plain_text', text: 'Back' },
    blocks: [section(text)],
  };
}
