import { type JsonObject, stringAt } from '../../../slack/json.ts';
import { useReader } from '../reader.ts';
import { Markup } from './markup.tsx';
import { parseMarkup } from './parse-markup.ts';

/** A text object of Slack: mrkdwn, or plain text in which only emoji names mean something. */
export function TextObject({ text }: { text: JsonObject | undefined }) {
  const words = stringAt(text, 'text') ?? '';
  if (text?.['type'] === 'mrkdwn') return <Markup parts={parseMarkup(words)} />;
  return <PlainText text={words} hasEmoji={text?.['emoji'] !== false} />;
}

/** Plain text with its emoji. */
export function PlainText({ text, hasEmoji = true }: { text: string; hasEmoji?: boolean }) {
  const { emoji } = useReader();
  if (!hasEmoji) return <>{text}</>;
  return <>{text.replaceAll(/:([a-z0-9_+'-]+):/g, (whole, name: string) => emoji[name] ?? whole)}</>;
}
