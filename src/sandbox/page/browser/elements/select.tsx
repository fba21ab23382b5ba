import { useRef, useState } from 'preact/hooks';

import { type JsonObject, wordsAt } from '../../../slack/json.ts';
import { type Placed, useSurface } from '../blocks/surface.ts';
import { Icon } from '../icons.tsx';
import { describedBy, type Field } from './field.ts';
import { useOffered } from './offered-options.ts';
import { chosenOptions, isSame } from './option-groups.ts';
import { OptionList } from './option-list.tsx';

interface Props {
  placed: Placed;
  field?: Field;
  isMany: boolean;
}

/** A list to choose one or many from: type to search, arrows and Enter to choose, Escape to close, Backspace to take back. */
export function Select({ placed, field, isMany }: Props) {
  const surface = useSurface();
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const chosen = chosenOptions(surface.valueOf(placed));
  const offered = useOffered(placed, { isOpen, typed });
  const flat = offered.groups.flatMap(({ options }) => options);
  const id = field?.id ?? `${surface.idPrefix}-${placed.blockId}-${placed.actionId}`;

  const close = (): void => {
    setOpen(false);
    setTyped('');
    setActive(0);
  };
  const set = (options: JsonObject[]): void => surface.enter(placed, isMany ? options : (options[0] ?? null));
  const choose = (option: JsonObject): void => {
    close();
    if (!isMany) return set([option]);
    const isTaken = chosen.some((each) => isSame(each, option));
    set(isTaken ? chosen.filter((each) => !isSame(each, option)) : [...chosen, option]);
  };
  const keys = createKeys({
    open: () => setOpen(true),
    close,
    isOpen,
    move: (by) => setActive(flat.length === 0 ? 0 : (active + by + flat.length) % flat.length),
    chooseActive: () => flat[active] && choose(flat[active]),
    takeBack: () => isMany && typed === '' && chosen.length > 0 && set(chosen.slice(0, -1)),
  });
  const words = isMany ? '' : wordsAt(chosen[0], 'text');
  return (
    <div class={isOpen ? 'select select-open' : 'select'} onMouseDown={() => setTimeout(() => input.current?.focus())}>
      {isMany && <Chips chosen={chosen} onRemove={(option) => set(chosen.filter((each) => !isSame(each, option)))} />}
      <input
        ref={input}
        id={id}
        role="combobox"
        autoComplete="off"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(isOpen && flat.length > 0 && { 'aria-activedescendant': `${id}-option-${active}` })}
        {...(!field && { 'aria-label': wordsAt(placed.element, 'placeholder') || 'Choose' })}
        {...describedBy(field)}
        placeholder={chosen.length > 0 ? words : wordsAt(placed.element, 'placeholder') || 'Choose'}
        class={words === '' ? '' : 'has-choice'}
        value={isOpen ? typed : words}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
          setOpen(true);
        }}
        onClick={() => setOpen(true)}
        onKeyDown={keys}
        onBlur={close}
      />
      <Icon name="chevron" />
      {isOpen && (
        <OptionList id={id} offered={offered} active={active} chosen={chosen} isMany={isMany} onChoose={choose} />
      )}
    </div>
  );
}

interface Chosen {
  chosen: JsonObject[];
  onRemove: (option: JsonObject) => void;
}

function Chips({ chosen, onRemove }: Chosen) {
  return (
    <>
      {chosen.map((option) => (
        <span class="chip" key={wordsAt(option, 'text')}>
          {wordsAt(option, 'text')}
          <button type="button" aria-label={`Remove ${wordsAt(option, 'text')}`} onClick={() => onRemove(option)}>
            <Icon name="close" />
          </button>
        </span>
      ))}
    </>
  );
}

interface Keys {
  isOpen: boolean;
  open: () => void;
  close: () => void;
  move: (by: number) => void;
  chooseActive: () => void;
  takeBack: () => void;
}

/** Escape closes the list and not the form around it; Tab goes on, and leaves what is chosen as it is. */
function createKeys({ isOpen, open, close, move, chooseActive, takeBack }: Keys): (event: KeyboardEvent) => void {
  const whileOpen: Record<string, () => void> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: chooseActive,
    Escape: close,
  };
  const whileClosed: Record<string, () => void> = { ArrowDown: open, ArrowUp: open, Enter: open };
  return (event) => {
    if (event.key === 'Backspace') return takeBack();
    const act = (isOpen ? whileOpen : whileClosed)[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}
