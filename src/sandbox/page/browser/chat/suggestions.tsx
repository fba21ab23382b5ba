import type { SlashCommand } from '../../snapshot.ts';
import { post } from '../post.ts';
import { useReader } from '../reader.ts';

interface Props {
  commands: SlashCommand[];
  onChoose: (command: string) => void;
}

/** The commands that begin with what was typed, and the shortcuts that work anywhere, as the app announces them. */
export function Suggestions({ commands, onChoose }: Props) {
  const { viewer, shortcuts } = useReader();
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
      {shortcuts
        .filter(({ type }) => type === 'global')
        .map(({ callbackId, name, description }) => (
          <li key={callbackId}>
            <button type="button" onClick={() => void post('shortcut', { as: viewer, callbackId })}>
              <span>
                <strong>{name}</strong> <code>shortcut</code>
              </span>
              <small>{description}</small>
            </button>
          </li>
        ))}
    </ul>
  );
}
