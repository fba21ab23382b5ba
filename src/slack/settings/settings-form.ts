import type { ViewStateValue } from '@slack/bolt';
import type { InputBlock, KnownBlock, ModalView } from '@slack/types';

import type { Weekday } from '../../domain/configured/hours.ts';
import { type NoticeKind, type PersonSettings, weekdays } from '../../domain/person-settings.ts';
import { context, header } from '../blocks.ts';
import { cut } from '../escape.ts';
import { option } from '../form/fields.ts';
import { ids } from '../ids.ts';

/** Kinds that are on or off, in words; one's own deployments have a field of their own. */
const kinds: { kind: Exclude<NoticeKind, 'own'>; words: string }[] = [
  { kind: 'approval', words: 'A deployment waits for my approval' },
  { kind: 'question', words: 'A deployment asks something that I can answer' },
  { kind: 'owner', words: 'Servers that I own are deployed to' },
  { kind: 'watch', words: 'Something happens that I watch' },
];

const ownWords: Record<'off' | PersonSettings['own'], string> = {
  needed: 'When they fail or need somebody',
  all: 'Every start and end as well',
  off: 'Never',
};

const dayWords: Record<Weekday, string> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};

const quietRule =
  'What comes in quiet hours waits until they end. What asks something of you comes at once all the same if the deployment would start, expire or go on without you before they end, or waits for nothing but you.';

/** Which direct messages somebody gets, when, and about what. */
export function settingsForm(
  settings: PersonSettings,
  offered: { zone: string; environments: string[] },
): ModalView {
  return {
    type: 'modal',
    callback_id: ids.settingsForm,
    title: plain('Your settings'),
    submit: plain('Save'),
    close: plain('Close'),
    blocks: [
      header('Direct messages'),
      kindsField(settings),
      ownField(settings),
      ...mutedField(settings, offered.environments),
      header('Quiet hours'),
      ...quietFields(settings, offered.zone),
      context(quietRule),
    ],
  };
}

function kindsField({ off }: PersonSettings): InputBlock {
  const options = kinds.map(({ kind, words }) => option(words, kind));
  const on = options.filter(({ value }) => !off.some((kind) => kind === value));
  return input(ids.directMessages, 'Lamplighter writes to me when', {
    type: 'checkboxes',
    action_id: ids.directMessages,
    options,
    ...(on.length > 0 && { initial_options: on }),
  });
}

function ownField({ off, own }: PersonSettings): InputBlock {
  const options = Object.entries(ownWords).map(([value, words]) => option(words, value));
  const chosen = off.includes('own') ? 'off' : own;
  const initial = options.find(({ value }) => value === chosen);
  return {
    ...input(ids.ownMessages, 'And about deployments that I requested', {
      type: 'radio_buttons',
      action_id: ids.ownMessages,
      options,
      ...(initial && { initial_option: initial }),
    }),
    optional: false,
  };
}

const mostOptions = 100;

function mutedField({ muted }: PersonSettings, environments: string[]): InputBlock[] {
  const options = environments.slice(0, mostOptions).map((name) => option(cut(name, 75), name));
  const chosen = options.filter(({ value }) => muted.includes(value ?? ''));
  if (options.length === 0) return [];
  return [
    input(ids.muted, 'Nothing at all about', {
      type: 'multi_static_select',
      action_id: ids.muted,
      placeholder: plain('Every environment counts'),
      options,
      ...(chosen.length > 0 && { initial_options: chosen }),
    }),
  ];
}

function quietFields({ quiet }: PersonSettings, zone: string): KnownBlock[] {
  const days = weekdays.map((day) => option(dayWords[day], day));
  const chosen = days.filter(({ value }) => (quiet?.days ?? weekdays).some((day) => day === value));
  return [
    timeField(ids.quietFrom, `From (${zone})`, quiet?.from),
    timeField(ids.quietTo, 'To', quiet?.to),
    input(ids.quietDays, 'Beginning on', {
      type: 'checkboxes',
      action_id: ids.quietDays,
      options: days,
      ...(chosen.length > 0 && { initial_options: chosen }),
    }),
  ];
}

function timeField(id: string, label: string, time: string | undefined): InputBlock {
  return input(id, label, {
    type: 'timepicker',
    action_id: id,
    placeholder: plain('None'),
    ...(time !== undefined && { initial_time: time }),
  });
}

/** Reads the form as Slack sends it back. */
export function readSettings(
  values: Record<string, Record<string, ViewStateValue>>,
  before: Pick<PersonSettings, 'muted' | 'own'>,
): PersonSettings {
  const field = (id: string): ViewStateValue | undefined => values[id]?.[id];
  const ticked = (id: string): string[] =>
    (field(id)?.selected_options ?? []).map(({ value }) => value ?? '');
  const on = ticked(ids.directMessages);
  const own = field(ids.ownMessages)?.selected_option?.value;
  const [from, to] = [field(ids.quietFrom)?.selected_time ?? '', field(ids.quietTo)?.selected_time ?? ''];
  const days = weekdays.filter((day) => ticked(ids.quietDays).includes(day));
  return {
    off: [
      ...kinds.flatMap(({ kind }) => (on.includes(kind) ? [] : [kind])),
      ...(own === 'off' ? ['own' as const] : []),
    ],
    own: own === 'all' || own === 'needed' ? own : before.own,
    muted: values[ids.muted] === undefined ? before.muted : ticked(ids.muted),
    quiet: from === '' && to === '' ? null : { from, to, days },
  };
}

function input(id: string, label: string, element: InputBlock['element']): InputBlock {
  return { type: 'input', block_id: id, optional: true, label: plain(label), element };
}

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}
