import { parseTypedStart } from '../../domain/calendar/typed-start.ts';
import { bothOfTyped } from '../../domain/calendar/typed-time.ts';
import type { Person } from '../../domain/roles.ts';
import { accept, type Refusal } from '../../domain/verdict.ts';
import type { BotNeeds } from '../bot.ts';
import { emptyForm, type FormState } from '../form/form-state.ts';
import type { Command } from './command-text.ts';

/** The form as it opens with what was typed, and what is wrong with the time of it. */
export function openingState(
  { app }: Pick<BotNeeds, 'app'>,
  parsed: Extract<Command, { do: 'form' }>,
  { timezone: zone }: Person,
): { state: FormState; refusals: Refusal[] } {
  const { selection, environment: name, when } = parsed;
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
