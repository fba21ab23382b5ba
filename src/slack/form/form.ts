import type { KnownBlock, ModalView } from '@slack/types';

import type { LoadedBatch } from '../../app/batch.ts';
import type { PreparedForm } from '../../app/prepare-form.ts';
import type { Refusal } from '../../domain/verdict.ts';
import { joinedLines } from '../batch/joined-lines.ts';
import { section } from '../blocks.ts';
import { ids } from '../ids.ts';
import { environmentNote, selectionNote, timeNote } from './field-notes.ts';
import { problemsUnder, withThePlan } from './field-problems.ts';
import {
  dateTimeField,
  environmentField,
  reasonField,
  selectionField,
  serversField,
  whenField,
} from './fields.ts';
import type { FormState } from './form-state.ts';
import { acceptField, planBlocks } from './plan-blocks.ts';
import { whichTimeField } from './which-time.ts';

/** What the form is drawn from. */
export interface FormFacts {
  state: FormState;
  prepared: PreparedForm;
  /** The batch that it joins; null where its hour is chosen in the form. */
  joined: LoadedBatch | null;
  /** Everything that stands against it now. */
  refusals: Refusal[];
  /** One line above everything: why the form came back. */
  notice: string | null;
  /** The zone of the person who fills it in. */
  zone: string;
  /** Carried along unread: the channel in which it was opened. */
  metadata: string;
}

/** The form *Deploy*, one view from opening to sending: fields, what is wrong below each, then the plan. */
export function deployForm(facts: FormFacts): ModalView {
  const { state, notice, prepared } = facts;
  return {
    type: 'modal',
    callback_id: ids.form,
    private_metadata: facts.metadata,
    title: plain('Deploy'),
    submit: plain(state.when === 'now' ? 'Deploy now' : 'Schedule'),
    close: plain('Close'),
    blocks: [
      ...(notice === null ? [] : [section(`*${notice}*`)]),
      ...fieldBlocks(facts),
      { type: 'divider' },
      ...planBlocks(prepared, state, withThePlan(facts.refusals, state)),
      ...acceptField(prepared.planned),
    ],
  };
}

function fieldBlocks(facts: FormFacts): KnownBlock[] {
  const { state, prepared, refusals, joined } = facts;
  const under = (field: string): KnownBlock[] => problemsUnder(field, refusals, state);
  return [
    selectionField(state),
    ...under(ids.selection),
    ...selectionNote(prepared),
    environmentField(state, prepared.choices),
    ...under(ids.environment),
    ...environmentNote(state, prepared),
    ...serversField(state, prepared.environment),
    ...under(ids.serversOf(state.environment)),
    ...(joined ? joinedLines(joined) : hourBlocks(facts)),
    reasonField(state),
    ...under(ids.reason),
  ];
}

function hourBlocks({ state, prepared, refusals, zone }: FormFacts): KnownBlock[] {
  return [
    whenField(state),
    ...problemsUnder(ids.when, refusals, state),
    ...dateTimeField(state),
    ...problemsUnder(ids.dateTime, refusals, state),
    ...timeNote(state, prepared, zone),
    ...whichTimeField(state, zone),
  ];
}

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}
