import type { ModalView } from '@slack/types';

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
  /** The environment as it was drawn, for a search whose view says nothing of its fields. */
  environment: string | null;
}

/** What else stands in the form. */
export interface MoreInForm {
  channel: string | null;
  /** Why it came back. */
  notice: string | null;
  refusals?: Refusal[];
}

/** The form for what stands in it, with the plan of it; everything that speaks against it is in the plan's place. */
export async function drawForm(
  needs: BotNeeds,
  state: FormState,
  person: Person,
  more: MoreInForm,
): Promise<ModalView> {
  const { planned, refusals } = await planOf(needs, state, person);
  const { environment } = state;
  const metadata = writeMetadata({ channel: more.channel, hash: planned?.hash ?? null, environment });
  return deployForm({
    state,
    configuration: needs.app.configuration(),
    planned,
    refusals: [...(more.refusals ?? []), ...refusals],
    notice: more.notice,
    zone: person.timezone,
    metadata,
  });
}

/** The plan of a form that is filled in far enough. */
export async function planOf(
  needs: BotNeeds,
  state: FormState,
  person: Person,
): Promise<{ planned: PlannedDeployment | null; refusals: Refusal[] }> {
  if (state.selection.length === 0 || state.environment === null) return { planned: null, refusals: [] };
  const verdict = await planDeployment(needs.app, {
    environment: state.environment,
    selection: state.selection,
    servers: state.servers.length === 0 ? null : state.servers,
    person,
    startsAt: state.when === 'at' ? state.dateTime : null,
  });
  if (!verdict.ok) return { planned: null, refusals: verdict.refusals };
  return { planned: verdict.value, refusals: refusalsOf(verdict.value) };
}

/** What the form carries, as Slack keeps it. */
export function writeMetadata(metadata: FormMetadata): string {
  return JSON.stringify(metadata);
}

/** What the form carried; a form of an older version carries nothing. */
export function readMetadata(text: string): FormMetadata {
  try {
    const { channel, hash, environment } = JSON.parse(text) as Partial<FormMetadata>;
    return { channel: channel ?? null, hash: hash ?? null, environment: environment ?? null };
  } catch {
    return { channel: null, hash: null, environment: null };
  }
}
