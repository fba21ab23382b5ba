import { useRef } from 'preact/hooks';

import { type JsonObject, wordsAt } from '../../../slack/json.ts';
import { type Placed, useSurface } from '../blocks/surface.ts';
import { Icon } from '../icons.tsx';
import { describedBy, type Field } from './field.ts';
import { OptionList } from './option-list.tsx';
import { useChoosing } from './use-choosing.ts';

interface Props {
  placed: Placed;
  field?: Field;
  isMany: boolean;
}

/** A list to choose one or many from: type to search, arrows and Enter to choose, Escape to close, Backspace to take back. */
export function Select({ placed, field, isMany }: Props) {
  const { idPrefix } = useSurface();
  const input = useRef<HTMLInputElement>(null);
  const choosing = useChoosing(placed, isMany);
  const { isOpen, typed, active, chosen, offered } = choosing;
  const id = field?.id ?? `${idPrefix}-${placed.blockId}-${placed.actionId}`;
  const placeholder = wordsAt(placed.element, 'placeholder') || 'Choose';
  const words = isMany ? '' : wordsAt(chosen[0], 'text');
  return (
    <div
      class={isOpen ? 'select select-open' : 'select'}
      onMouseDown={() => setTimeout(() => input.current?.focus())}
    >
      {isMany && <Chips chosen={chosen} onRemove={choosing.toggle} />}
      <input
        ref={input}
        id={id}
        role="combobox"
        autoComplete="off"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(isOpen && offered.sentence === '' && { 'aria-activedescendant': `${id}-option-${active}` })}
        {...(!field && { 'aria-label': placeholder })}
        {...describedBy(field)}
        placeholder={chosen.length > 0 ? words : placeholder}
        value={isOpen ? typed : words}
        onInput={(event) => choosing.search(event.currentTarget.value)}
        onClick={choosing.open}
        onKeyDown={choosing.onKeyDown}
        onBlur={choosing.close}
      />
      <Icon name="chevron" />
      {isOpen && <OptionList id={id} {...choosing} isMany={isMany} onChoose={choosing.choose} />}
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
          <button
            type="button"
            aria-label={`Remove ${wordsAt(option, 'text')}`}
            onClick={() => onRemove(option)}
          >
            <Icon name="close" />
          </button>
        </span>
      ))}
    </>
  );
}
