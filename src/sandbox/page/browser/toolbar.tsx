import { Icon } from './icons.tsx';
import type { NarrowPart } from './layout.ts';
import { useTheme } from './theme.ts';

interface Props {
  narrow: NarrowPart;
  onNarrow: (part: NarrowPart) => void;
  isFleetOpen: boolean;
  onFleet: () => void;
}

/** The switch between light and dark, the fleet, and on narrow screens the two halves of the page. */
export function Toolbar({ narrow, onNarrow, isFleetOpen, onFleet }: Props) {
  const { isDark, toggle } = useTheme();
  return (
    <div class="toolbar">
      <button
        type="button"
        class="button button-icon"
        aria-label={isDark ? 'Switch to light' : 'Switch to dark'}
        onClick={toggle}
      >
        <Icon name={isDark ? 'sun' : 'moon'} />
      </button>
      {!isFleetOpen && (
        <button type="button" class="button not-narrow" aria-label="Show the fleet" onClick={onFleet}>
          <Icon name="fleet" /> Fleet
        </button>
      )}
      <div class="tabs only-narrow" role="group" aria-label="Parts of the page">
        <button type="button" aria-pressed={narrow !== 'fleet'} onClick={() => onNarrow('chat')}>
          Chat
        </button>
        <button type="button" aria-pressed={narrow === 'fleet'} onClick={() => onNarrow('fleet')}>
          Fleet
        </button>
      </div>
    </div>
  );
}
