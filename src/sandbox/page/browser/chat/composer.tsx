import { useEffect, useRef, useState } from 'preact/hooks';

import type { SlashCommand } from '../../snapshot.ts';
import { Icon } from '../icons.tsx';
import { post } from '../post.ts';
import { Suggestions } from './suggestions.tsx';

interface Props {
  viewer: string;
  channel: string;
  threadTs: string | null;
  /** The grey words of the empty field. */
  placeholder: string;
  commands: SlashCommand[];
  /** What a hint wants to have typed; a new object each time. */
  offered?: { text: string } | null;
}

/** Where people write: Enter sends, Shift and Enter begin a line, `/` lists the commands, Tab completes one. */
export function Composer(props: Props) {
  const { placeholder, commands, threadTs, offered = null } = props;
  const [text, setText] = useState('');
  const area = useRef<HTMLTextAreaElement>(null);
  const { trouble, send } = useSending(props, { text, setText });
  const suggestions = suggestedFor(text, threadTs === null ? commands : []);
  const put = (words: string): void => {
    setText(words);
    area.current?.focus();
  };
  useEffect(() => {
    if (offered) put(offered.text);
  }, [offered]);
  const begun = suggestions.find(({ command }) => !text.startsWith(command));
  const onKeyDown = (event: KeyboardEvent): void => {
    const isEnter = event.key === 'Enter' && !event.shiftKey && !event.isComposing;
    if (!isEnter && !(event.key === 'Tab' && begun)) return;
    event.preventDefault();
    if (begun) put(`${begun.command} `);
    else send();
  };
  return (
    <div class="composer">
      {suggestions.length > 0 && (
        <Suggestions commands={suggestions} onChoose={(command) => put(`${command} `)} />
      )}
      {trouble !== '' && (
        <p class="composer-trouble" role="alert">
          {trouble}
        </p>
      )}
      <div class="composer-box">
        <textarea
          ref={area}
          rows={Math.min(6, text.split('\n').length)}
          value={text}
          placeholder={placeholder}
          aria-label={placeholder}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button type="button" class="send" aria-label="Send" disabled={text.trim() === ''} onClick={send}>
          <Icon name="send" />
        </button>
      </div>
    </div>
  );
}

interface Text {
  text: string;
  setText: (change: string | ((before: string) => string)) => void;
}

/** Sends a line; one that cannot be sent stays, with a sentence why. */
function useSending(
  { viewer, channel, threadTs, commands }: Props,
  { text, setText }: Text,
): { trouble: string; send: () => void } {
  const [trouble, setTrouble] = useState('');
  const send = async (): Promise<void> => {
    const words = text.trim();
    const refusal = words.startsWith('/') ? refusalOf(words, { commands, isThread: threadTs !== null }) : '';
    setTrouble(refusal);
    if (words === '' || refusal !== '') return;
    setText('');
    const answer = await post('say', { as: viewer, channel, threadTs, text: words });
    if (answer.ok) return;
    setTrouble(answer.error);
    setText((typedSince) => typedSince || words);
  };
  return { trouble, send: () => void send() };
}

function refusalOf(words: string, place: { commands: SlashCommand[]; isThread: boolean }): string {
  if (place.isThread) return 'Slack runs no commands in threads: type it in the channel.';
  const [name = ''] = words.split(/\s/);
  if (place.commands.some(({ command }) => command === name)) return '';
  return `${name} is not a valid command. Slack takes every message that begins with / for one.`;
}

function suggestedFor(text: string, commands: SlashCommand[]): SlashCommand[] {
  if (!text.startsWith('/')) return [];
  const [word = ''] = text.split(/\s/);
  return commands.filter(({ command }) => command.startsWith(word));
}
