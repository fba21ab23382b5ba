import type { ModalView } from '@slack/types';

import { batchToJoin, type LoadedBatch } from '../../app/batch.ts';
import { planDeployment, type PlannedDeployment, refusalsOf } from '../../app/plan-deployment.ts';
import type { Person } from '../../domain/roles.ts';
import type { Refusal } from '../../domain/verdict.ts';
import type { BotNeeds } from '../bot.ts';
import type { FormState } from './form-state.ts';
import { deployForm } from './form.ts';

/** What is carried with the form unread. */
export interface FormMetadata {
  channel: string | null;
  /** The plan that is on the screen. */
  hash: string | null;
  /** A deployment whose batch it joins; absent or null: none. */
  joins?: number | null;
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

/** The form for what stands in it, with the plan of it; everything that speaks against it is in the plan's place. */
export async function drawForm(
  needs: BotNeeds,
  state: FormState,
  person: Person,
  more: MoreInForm,
): Promise<ModalView> {
  const { joins = null } = more;
  const joined = joins === null ? null : await batchToJoin(needs.app, joins);
  const batch = joined?.ok ? joined.value : null;
  const drawn = batch ? atHourOf(state, batch) : state;
  const { planned, refusals } = await planOf(needs, drawn, person, batch);
  const metadata: FormMetadata = { channel: more.channel, hash: planned?.hash ?? null, joins };
  return deployForm({
    state: drawn,
    configuration: needs.app.configuration(),
    planned,
    joined: batch,
    refusals: [...(more.refusals ?? []), ...(joined?.ok === false ? joined.refusals : []), ...refusals],
    notice: more.notice,
    zone: person.timezone,
    metadata: JSON.stringify(metadata),
  });
}

/** The hour is the batch's, and no field of the form. */
function atHourOf(state: FormState, { startsAt }: LoadedBatch): FormState {
  return { ...state, when: 'at', dateTime: startsAt, isOneOfTwo: true };
}

/** The plan of a form that is filled in far enough. */
export async function planOf(
  needs: BotNeeds,
  state: FormState,
  person: Person,
  batch: LoadedBatch | null = null,
): Promise<{ planned: PlannedDeployment | null; refusals: Refusal[] }> {
  if (state.selection.length === 0 || state.environment === null) return { planned: null, refusals: [] };
  const verdict = await planDeployment(needs.app, {
    environment: state.environment,
    selection: state.selection,
    servers: state.servers.length === 0 ? null : state.servers,
    person,
    startsAt: state.when === 'at' ? state.dateTime : null,
    ...(batch && { batch }),
  });
  if (!verdict.ok) return { planned: null, refusals: verdict.refusals };
  return { planned: verdict.value, refusals: refusalsOf(verdict.value) };
}

/** What the form carried; a form of an older version carries nothing. */
export function readMetadata(text: string): FormMetadata {
  try {
    const { channel, hash, joins } = JSON.parse(text) as Partial<FormMetadata>;
    return { channel: channel ?? null, hash: hash ?? null, joins: joins ?? null };
  } catch {
    return { channel: null, hash: null, joins: null };
  }
}
