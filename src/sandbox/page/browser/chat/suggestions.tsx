import type { SlashCommand } from '../../snapshot.ts';

interface Props {
  commands: SlashCommand[];
  onChoose: (command: string) => void;
}

/** The commands that begin with what was typed, as the app announces them. */
export function Suggestions({ commands, onChoose }: Props) {
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
