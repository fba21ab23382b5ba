import { useRef, useState } from 'preact/hooks';

import { type JsonObject, objectAt, objectsAt, wordsAt } from '../../../slack/json.ts';
import type { Placed } from '../blocks/surface.ts';
import { Icon } from '../icons.tsx';
import { Confirm } from '../modal/confirm.tsx';
import { troubleConnecting, usePressing } from './pressing.ts';

/** The menu behind three dots. */
export function Overflow({ placed }: { placed: Placed }) {
  const { element } = placed;
  const [isOpen, setOpen] = useState(false);
  const [asksFor, setAsksFor] = useState<JsonObject | null>(null);
  const { isPressing, isSilent, press } = usePressing(placed);
  const opener = useRef<HTMLButtonElement>(null);
  const confirm = objectAt(element, 'confirm');
  const close = (): void => {
    setOpen(false);
    opener.current?.focus();
  };
  const choose = (option: JsonObject): void => {
    close();
    if (confirm) setAsksFor(option);
    else press(option);
  };
  return (
    <span class="press menu-anchor">
      <button
        ref={opener}
        type="button"
        class="button button-icon"
        aria-label="More actions"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        disabled={isPressing}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="more" />
      </button>
      {isSilent && <span class="silent">{troubleConnecting}</span>}
      {isOpen && <Menu options={objectsAt(element, 'options')} onChoose={choose} onClose={close} />}
      {asksFor && confirm && (
        <Confirm
          confirm={confirm}
          onAnswer={(isYes) => {
            setAsksFor(null);
            if (isYes) press(asksFor);
          }}
        />
      )}
    </span>
  );
}

interface MenuProps {
  options: JsonObject[];
  onChoose: (option: JsonObject) => void;
  onClose: () => void;
}

function Menu({ options, onChoose, onClose }: MenuProps) {
  const move = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      return onClose();
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined || !(event.currentTarget instanceof HTMLElement)) return;
    event.preventDefault();
    const items = [...event.currentTarget.querySelectorAll('button')];
    const at = items.findIndex((item) => item === document.activeElement);
    items.at((at + by + items.length) % items.length)?.focus();
  };
  return (
    <div class="menu" role="menu" tabIndex={-1} onKeyDown={move}>
      {options.map((option, index) => (
        <button
          key={index}
          type="button"
          role="menuitem"
          ref={(item) => void (index === 0 && item?.focus())}
          onClick={() => onChoose(option)}
        >
          {wordsAt(option, 'text')}
        </button>
      ))}
    </div>
  );
}
