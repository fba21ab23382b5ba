import type { ModalView } from '@slack/types';

import { batchToJoin, type LoadedBatch } from '../../app/batch.ts';
import type { PlannedDeployment } from '../../app/plan-deployment.ts';
import {
  bareForm,
  type ChosenSoFar,
  planSoFar,
  type PreparedForm,
  prepareForm,
} from '../../app/prepare-form.ts';
import { type Person, standingSentence } from '../../domain/roles.ts';
import type { Refusal } from '../../domain/verdict.ts';
import { sayNowhere } from '../../wording/choices.ts';
import type { BotNeeds } from '../bot.ts';
import type { FormState } from './form-state.ts';
import { deployForm } from './form.ts';
import { sentenceView, whyNoPlan } from './loading-view.ts';

/** What is carried with the form unread. */
export interface FormMetadata {
  channel: string | null;
  /** The plan that is on the screen. */
  hash: string | null;
  /** The environment as it was drawn, for a search whose view says nothing of its fields. */
  environment: string | null;
  /** A deployment whose batch it joins; null: none. */
  joins: number | null;
}

/** What else stands in the form. */
export interface MoreInForm {
  channel: string | null;
  /** Why it came back. */
  notice: string | null;
  refusals?: Refusal[];
  /** A deployment whose batch it joins. */
  joins?: number | null;
}

/** The form for what stands in it, with the plan of it; a sentence for somebody who may deploy nowhere. */
export async function drawForm(
  needs: BotNeeds,
  state: FormState,
  person: Person,
  more: MoreInForm,
): Promise<ModalView> {
  const joined = await withBatch(needs, state, more.joins ?? null);
  return draw(await prepareForm(needs.app, chosenIn(joined, person)), joined, person, more);
}

/** The same, also while no plan can be made: the fields stay with what stands in them, and one line says so. */
export async function drawFormAnyway(
  needs: BotNeeds,
  state: FormState,
  person: Person,
  more: MoreInForm,
): Promise<ModalView> {
  try {
    return await drawForm(needs, state, person, more);
  } catch (error) {
    needs.log.error({ error, what: 'the form' }, 'a plan could not be made for a form');
    const alone: Joined = { batch: null, state, refusals: [] };
    const bare = bareForm(needs.app, chosenIn(alone, person));
    return draw(bare, alone, person, {
      ...more,
      notice: `${whyNoPlan(error)} Change anything to try again.`,
    });
  }
}

/** What stands in the form, at the hour of the batch that it joins. */
interface Joined {
  batch: LoadedBatch | null;
  state: FormState;
  refusals: Refusal[];
}

/** The hour is the batch's, and no field of the form. */
async function withBatch({ app }: BotNeeds, state: FormState, joins: number | null): Promise<Joined> {
  if (joins === null) return { batch: null, state, refusals: [] };
  const verdict = await batchToJoin(app, joins);
  if (!verdict.ok) return { batch: null, state, refusals: verdict.refusals };
  const batch = verdict.value;
  return { batch, state: { ...state, when: 'at', dateTime: batch.startsAt, isOneOfTwo: true }, refusals: [] };
}

function draw(prepared: PreparedForm, joined: Joined, person: Person, more: MoreInForm): ModalView {
  const { choices, planned } = prepared;
  const { state, batch } = joined;
  const metadata = writeMetadata({
    channel: more.channel,
    hash: planned?.hash ?? null,
    environment: state.environment,
    joins: more.joins ?? null,
  });
  if (choices.offered.length + choices.unfit.length === 0)
    return sentenceView(sayNowhere(choices, whyNowhere(person)), metadata);
  return deployForm({
    state,
    prepared,
    joined: batch,
    refusals: [...(more.refusals ?? []), ...joined.refusals, ...prepared.refusals],
    notice: more.notice,
    zone: person.timezone,
    metadata,
  });
}

function whyNowhere(person: Person): string {
  return person.standing === 'member'
    ? 'You may not deploy to any environment here: you need the role promotion or promotion_admin, and you are a developer.'
    : standingSentence(person);
}

function chosenIn({ state, batch }: Joined, person: Person): ChosenSoFar {
  return {
    person,
    ...(batch && { batch }),
    environment: state.environment,
    selection: state.selection,
    servers: state.servers.length === 0 ? null : state.servers,
    startsAt: state.when === 'now' ? 'now' : (state.dateTime ?? 'open'),
  };
}

/** The plan of a form that is filled in far enough, and what stands against it. */
export async function planOf(
  needs: BotNeeds,
  state: FormState,
  person: Person,
  joins: number | null = null,
): Promise<{ planned: PlannedDeployment | null; refusals: Refusal[] }> {
  return await planSoFar(needs.app, chosenIn(await withBatch(needs, state, joins), person));
}

/** What the form carries, as Slack keeps it. */
export function writeMetadata(metadata: FormMetadata): string {
  return JSON.stringify(metadata);
}

/** What the form carried; a form of an older version carries nothing. */
export function readMetadata(text: string): FormMetadata {
  try {
    const { channel, hash, environment, joins } = JSON.parse(text) as Partial<FormMetadata>;
    return {
      channel: channel ?? null,
      hash: hash ?? null,
      environment: environment ?? null,
      joins: joins ?? null,
    };
  } catch {
    return { channel: null, hash: null, environment: null, joins: null };
  }
}
