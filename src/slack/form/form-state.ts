import type { ViewStateValue } from '@slack/bolt';

import { ids } from '../ids.ts';
import { readWhichTime } from './which-time.ts';

/** What stands in the form now. */
export interface FormState {
  selection: string[];
  environment: string | null;
  /** Empty means every enabled server. */
  servers: string[];
  when: 'now' | 'at';
  /** Epoch milliseconds. */
  dateTime: number | null;
  /** The person chose this time of two that look the same on their clock. */
  isOneOfTwo: boolean;
  reason: string;
  accepted: boolean;
}

/** An empty form: now, everything else open. */
export const emptyForm: FormState = {
  selection: [],
  environment: null,
  servers: [],
  when: 'now',
  dateTime: null,
  isOneOfTwo: false,
  reason: '',
  accepted: false,
};

type StateValues = Record<string, Record<string, ViewStateValue>>;

/** Reads the form as Slack sends it back; what is not on the screen counts as empty. */
export function readForm(values: StateValues): FormState {
  const value = (id: string): ViewStateValue | undefined => values[id]?.[id];
  const seconds = value(ids.dateTime)?.selected_date_time;
  const picked = typeof seconds === 'number' ? seconds * 1_000 : null;
  const chosen = readWhichTime(values, picked);
  const environment = value(ids.environment)?.selected_option?.value ?? null;
  const servers = values[ids.serversOf(environment)]?.[ids.servers]?.selected_options ?? [];
  return {
    selection: (value(ids.selection)?.selected_options ?? []).map((option) => option.value ?? ''),
    environment,
    servers: servers.map((option) => option.value ?? ''),
    when: value(ids.when)?.selected_option?.value === 'at' ? 'at' : 'now',
    dateTime: chosen ?? picked,
    isOneOfTwo: chosen !== null,
    reason: value(ids.reason)?.value ?? '',
    accepted: (value(ids.accept)?.selected_options ?? []).length > 0,
  };
}
