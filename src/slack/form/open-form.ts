import { WebAPIPlatformError, type WebClient } from '@slack/web-api';

import { parseTypedStart } from '../../domain/calendar/typed-start.ts';
import { bothOfTyped } from '../../domain/calendar/typed-time.ts';
import type { Person } from '../../domain/roles.ts';
import { accept } from '../../domain/verdict.ts';
import { drawForm, type MoreInForm, writeMetadata } from './draw-form.ts';
import type { FormNeeds } from './follow-answers.ts';
import { emptyForm, type FormState } from './form-state.ts';
import { failedView, loadingView } from './loading-view.ts';

/** Who opens the form, and what stands in it then. */
export interface FormOpening {
  client: WebClient;
  /** Opens one view within 3 s of the click or command. */
  trigger: string;
  by: string;
  /** Where it is opened; null where that is no channel. */
  channel: string | null;
  selection: string[];
  environment: string | null;
  /** As it was typed, `tomorrow 21:00`; empty: now. */
  when: string;
}

/** Opens the form at once with a few words, and draws it in their place; a failure stands there with the way out. */
export async function openForm(needs: FormNeeds, opening: FormOpening): Promise<void> {
  const { client, trigger, channel } = opening;
  const loading = loadingView(
    writeMetadata({ channel, hash: null, environment: opening.environment, joins: null }),
  );
  const opened = await client.views.open({ trigger_id: trigger, view: loading });
  const view = opened.view?.id ?? '';
  try {
    await drawInPlace(needs, opening, view);
  } catch (error) {
    // Whoever closed it before it was drawn misses nothing.
    if (isClosed(error)) return;
    needs.log.error({ error, what: 'the form' }, 'a form could not be drawn');
    await client.views
      .update({ view_id: view, view: failedView(error) })
      .catch((failure: unknown) => needs.log.warn({ error: failure }, 'nor could it say so'));
  }
}

async function drawInPlace(needs: FormNeeds, opening: FormOpening, id: string): Promise<void> {
  const { client, by, channel } = opening;
  const person = await needs.app.findPerson(by);
  const { state, refusals } = readOpening(needs, opening, person);
  const more: MoreInForm = { channel, notice: null, refusals };
  const drawn = await drawForm(needs, state, person, more);
  const { view } = await client.views.update({ view_id: id, view: drawn });
  needs.follower.follow(client, { view, state, person, more });
}

function readOpening(
  { app }: FormNeeds,
  { selection, environment: name, when }: FormOpening,
  { timezone: zone }: Person,
): { state: FormState; refusals: NonNullable<MoreInForm['refusals']> } {
  const now = app.now();
  const environment = app.configuration().environments.find((candidate) => candidate.name === name) ?? null;
  const both = bothOfTyped(when, now, zone);
  // The form asks which one is meant.
  const time = both ? accept(both[0] ?? null) : parseTypedStart(when, now, { zone, environment });
  const state: FormState = {
    ...emptyForm,
    selection,
    environment: name,
    when: when === '' || (time.ok && time.value === null) ? 'now' : 'at',
    dateTime: time.ok ? time.value : null,
  };
  return { state, refusals: time.ok ? [] : time.refusals };
}

/** True where Slack says that there is no such view any more: the person closed it. */
export function isClosed(error: unknown): boolean {
  return error instanceof WebAPIPlatformError && error.data.error === 'not_found';
}
