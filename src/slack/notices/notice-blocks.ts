import type { Button, ContextBlock, KnownBlock } from '@slack/types';

import type { Deployment } from '../../domain/deployment/deployment.ts';
import { button, header, type MessageContent } from '../blocks.ts';
import { cardTitle } from '../card/card.ts';
import { cut, escapeText } from '../escape.ts';
import { encodeButton, ids } from '../ids.ts';
import type { NoticeFacts } from './notice.ts';

/** A direct message about a deployment: its words, its title, what there is to say, and the way to the card. */
export function noticeContent(
  { deployment, plan, cardLink }: Pick<NoticeFacts, 'deployment' | 'plan' | 'cardLink'>,
  text: string,
  blocks: KnownBlock[],
): MessageContent {
  const title = cardTitle(deployment.number, plan);
  return {
    text: cut(`${title}: ${text}`, 3_000),
    blocks: [header(title), ...blocks, ...linkToCard(cardLink)],
  };
}

/** The way to the card in words, as the last line of a direct message; none where nobody knows it. */
export function linkToCard(cardLink: string | null): ContextBlock[] {
  if (cardLink === null) return [];
  const text = `<${escapeText(cardLink)}|The card and its thread>`;
  return [{ type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] }];
}

/** Opens the whole plan. */
export function detailsButton({ number, version, planHash }: Deployment): Button {
  const value = encodeButton({ number, version, planHash, question: null });
  return button(ids.details, 'Details', value, { accessibilityLabel: `Details of deployment ${number}` });
}
