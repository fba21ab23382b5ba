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
  /** How many warnings were accepted. */
  accepted: number;
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
  accepted: 0,
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
    accepted: readAccepted(values),
  };
}

/** The warnings whose box is ticked; its field says how many they are. */
function readAccepted(values: StateValues): number {
  for (const [block, elements] of Object.entries(values)) {
    const [kind, count] = block.split(':');
    const isTicked = (elements[ids.accept]?.selected_options ?? []).length > 0;
    if (kind === ids.accept && isTicked) return Number(count);
  }
  return 0;
}
