import type { ViewStateValue } from '@slack/bolt';
import type { InputBlock } from '@slack/types';

import { localTime, sameOnTheClock, sayOffset } from '../../domain/calendar/calendar.ts';
import { ids } from '../ids.ts';

/** The hour in a form. */
interface PickedTime {
  when: 'now' | 'at';
  /** Epoch milliseconds. */
  dateTime: number | null;
  isOneOfTwo: boolean;
}

const ordinals = ['the first time', 'the second time'];

/** Law 9: a time that comes twice in the zone of the person asks which one is meant; no field for any other. */
export function whichTimeField(state: PickedTime, zone: string): InputBlock[] {
  const both = bothTimes(state, zone);
  const [first] = both;
  if (first === undefined) return [];
  const time = localTime(first, zone).slice(11);
  const options = both.map((instant, index) => ({
    text: plain(`${time} ${sayOffset(instant, zone)}, ${ordinals[index] ?? ''}`),
    value: String(instant),
  }));
  const chosen = state.isOneOfTwo ? options.find(({ value }) => value === String(state.dateTime)) : undefined;
  return [
    {
      type: 'input',
      block_id: ids.whichOf(both),
      label: plain(`Which ${time}?`),
      hint: plain(`The clocks go back: ${time} comes twice in ${zone}.`),
      dispatch_action: true,
      element: {
        type: 'radio_buttons',
        action_id: ids.which,
        options,
        ...(chosen && { initial_option: chosen }),
      },
    },
  ];
}

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}

/** True where a form leaves open which of two times is meant. */
export function asksWhichTime(state: PickedTime, zone: string): boolean {
  return !state.isOneOfTwo && bothTimes(state, zone).length > 0;
}

function bothTimes({ when, dateTime }: PickedTime, zone: string): number[] {
  const same = when === 'now' || dateTime === null ? [] : sameOnTheClock(dateTime, zone);
  return same.length > 1 ? same : [];
}

/** The choice between two times, if it was made for the one that is picked now; epoch milliseconds. */
export function readWhichTime(
  values: Record<string, Record<string, ViewStateValue>>,
  picked: number | null,
): number | null {
  for (const [block, elements] of Object.entries(values)) {
    const both = block.startsWith(`${ids.which}:`) ? block.split(':').slice(1).map(Number) : [];
    const chosen = both.find((instant) => String(instant) === elements[ids.which]?.selected_option?.value);
    if (chosen !== undefined && both.some((instant) => instant === picked)) return chosen;
  }
  return null;
}
