import { useState } from 'preact/hooks';

import { type Placed, useSurface } from '../blocks/surface.ts';
import { useReader } from '../reader.ts';
import { momentOf, wallClockAt } from '../text/wall-clock.ts';
import { describedBy, type Field } from './field.ts';

interface Props {
  placed: Placed;
  field?: Field;
}

/** A day of the calendar. */
export function DatePicker({ placed, field }: Props) {
  return <Native placed={placed} kind="date" {...(field && { field })} />;
}

/** A time of the day. */
export function TimePicker({ placed, field }: Props) {
  return <Native placed={placed} kind="time" {...(field && { field })} />;
}

function Native({ placed, field, kind }: Props & { kind: 'date' | 'time' }) {
  const surface = useSurface();
  const value = surface.valueOf(placed);
  return (
    <input
      type={kind}
      class="text-input"
      {...(field && { id: field.id })}
      {...describedBy(field)}
      value={typeof value === 'string' ? value : ''}
      onChange={(event) => surface.enter(placed, event.currentTarget.value || null)}
    />
  );
}

/** A day and a time in the person's own zone, which is named beside them. */
export function DateTimePicker({ placed, field }: Props) {
  const surface = useSurface();
  const { zone } = useReader();
  const value = surface.valueOf(placed);
  const shown = typeof value === 'number' ? wallClockAt(value, zone) : { date: '', time: '' };
  const [begun, setBegun] = useState(shown);
  // While one half is missing there is no moment: the half that is there stays.
  const wall = typeof value === 'number' ? shown : begun;
  const change = (part: Partial<typeof wall>): void => {
    const next = { ...wall, ...part };
    setBegun(next);
    const moment = momentOf(next, zone);
    if (moment !== value) surface.enter(placed, moment);
  };
  const described = describedBy(field);
  return (
    <div class="date-time" role="group" {...(field && { 'aria-labelledby': `${field.id}-label` })}>
      <input
        type="date"
        class="text-input"
        aria-label="Date"
        {...described}
        value={wall.date}
        onChange={(event) => change({ date: event.currentTarget.value })}
      />
      <input
        type="time"
        class="text-input"
        aria-label="Time"
        {...described}
        value={wall.time}
        onChange={(event) => change({ time: event.currentTarget.value })}
      />
      <span class="quiet">{zone}</span>
    </div>
  );
}
