import { useEffect, useRef, useState } from 'preact/hooks';

import type { SlashCommand } from '../../snapshot.ts';
import { Icon } from '../icons.tsx';
import { post } from '../post.ts';

interface Props {
  viewer: string;
  channel: string;
  threadTs: string | null;
  placeholder: string;
  commands: SlashCommand[];
  /** What a hint wants to have typed; a new object each time. */
  offered?: { text: string } | null;
}

/** Where people write: Enter sends, Shift and Enter begin a line, `/` lists the commands. */
export function Composer({ viewer, channel, threadTs, placeholder, commands, offered = null }: Props) {
  const [text, setText] = useState('');
  const [trouble, setTrouble] = useState('');
  const area = useRef<HTMLTextAreaElement>(null);
  const suggestions = suggestedFor(text, threadTs === null ? commands : []);
  useEffect(() => {
    if (!offered) return;
    setText(offered.text);
    area.current?.focus();
  }, [offered]);
  const send = async (): Promise<void> => {
    const words = text.trim();
    if (words === '') return;
    if (words.startsWith('/') && threadTs !== null)
      return setTrouble('Slack runs no commands in threads: type it in the channel.');
    setText('');
    const answer = await post('say', { as: viewer, channel, threadTs, text: words });
    setTrouble(answer.ok ? '' : answer.error);
    if (!answer.ok) setText((typedSince) => typedSince || words);
  };
  const complete = (command: string): void => {
    setText(`${command} `);
    area.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const [first] = suggestions;
    if (event.key === 'Tab' && first && text !== `${first.command} `) {
      event.preventDefault();
      return complete(first.command);
    }
    if (event.key === 'Escape') return setText('');
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <div class="composer">
      {suggestions.length > 0 && <Suggestions commands={suggestions} onChoose={complete} />}
      {trouble !== '' && <p class="composer-trouble">{trouble}</p>}
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
        <button type="button" class="send" aria-label="Send" disabled={text.trim() === ''} onClick={() => void send()}>
          <Icon name="send" />
        </button>
      </div>
    </div>
  );
}

function suggestedFor(text: string, commands: SlashCommand[]): SlashCommand[] {
  if (!text.startsWith('/')) return [];
  const [word = ''] = text.split(' ');
  return commands.filter(({ command }) => command.startsWith(word));
}

function Suggestions({ commands, onChoose }: { commands: SlashCommand[]; onChoose: (command: string) => void }) {
  return (
    <ul class="suggestions" aria-label="Commands">
      {commands.map(({ command, description, usageHint }) => (
        <li key={command}>
          <button type="button" onClick={() => onChoose(command)}>
            <span>
              <strong>{command}</strong> <code>{usageHint}</code>
            </span>
            <small>{description}</small>
          </button>
        </li>
      ))}
    </ul>
  );
}
