import type {
  ActionsBlock,
  Button,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  RichTextBlock,
  SectionBlock,
} from '@slack/types';

import { stripHidden } from '../domain/quote.ts';
import { cut, maxSectionLength, mrkdwn } from './escape.ts';

/** What a message says: words for notifications and screen readers, and blocks for the eye. */
export interface MessageContent {
  text: string;
  blocks: KnownBlock[];
  /** The same without a table, for a workspace that takes none; absent where there is no table. */
  withoutTable?: KnownBlock[];
}

/** A section of our own sentences; user content in it is quoted already. */
export function section(text: string): SectionBlock {
  return {
    type: 'section',
    text: { type: 'mrkdwn', text: cut(mrkdwn(text), maxSectionLength), verbatim: true },
  };
}

/** Small print below. */
export function context(text: string): ContextBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: cut(mrkdwn(text), 2_000), verbatim: true }] };
}

/** A headline without any markup. */
export function header(text: string): HeaderBlock {
  return { type: 'header', text: { type: 'plain_text', text: cut(stripHidden(text), 150), emoji: false } };
}

/** Text of people, word for word, under a label: nothing in it is markup. */
export function quotation(label: string, text: string, length = 600): RichTextBlock {
  return {
    type: 'rich_text',
    elements: [
      { type: 'rich_text_section', elements: [{ type: 'text', text: `${label} `, style: { bold: true } }] },
      { type: 'rich_text_quote', elements: [{ type: 'text', text: cut(stripHidden(text), length) || ' ' }] },
    ],
  };
}

/** Lines that a step printed, word for word. */
export function output(lines: string[]): RichTextBlock {
  const text = cut(stripHidden(lines.join('\n')), 2_500) || ' ';
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
  };
}

/** A button; `value` carries what its press decides about. */
export function button(
  id: string,
  label: string,
  value: string,
  extra: {
    style?: 'primary' | 'danger';
    accessibilityLabel?: string;
    confirm?: { title: string; text: string; yes: string };
  } = {},
): Button {
  const { style, accessibilityLabel, confirm } = extra;
  return {
    type: 'button',
    action_id: id,
    text: { type: 'plain_text', text: cut(label, 75), emoji: false },
    value,
    ...(style && { style }),
    ...(accessibilityLabel && { accessibility_label: cut(accessibilityLabel, 75) }),
    ...(confirm && {
      confirm: {
        title: { type: 'plain_text', text: cut(confirm.title, 100) },
        text: { type: 'plain_text', text: cut(confirm.text, 300) },
        confirm: { type: 'plain_text', text: cut(confirm.yes, 30) },
        deny: { type: 'plain_text', text: 'Not now' },
        ...(style && { style }),
      },
    }),
  };
}

/** A row of buttons; none where there is none. */
export function actions(blockId: string, elements: Button[]): ActionsBlock[] {
  return elements.length === 0 ? [] : [{ type: 'actions', block_id: blockId, elements }];
}
