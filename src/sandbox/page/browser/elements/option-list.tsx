import { useEffect, useRef } from 'preact/hooks';

import { type JsonObject, wordsAt } from '../../../slack/json.ts';
import { Icon } from '../icons.tsx';
import type { Offered } from './offered-options.ts';
import { isSame } from './option-groups.ts';

interface Props {
  id: string;
  offered: Offered;
  /** Which option Enter would choose, counted over all groups. */
  active: number;
  chosen: JsonObject[];
  isMany: boolean;
  onChoose: (option: JsonObject) => void;
}

/** The open list of a select. */
export function OptionList({ id, offered, active, chosen, isMany, onChoose }: Props) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('.option-active')?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const option = (each: JsonObject, index: number) => (
    <Option
      key={index}
      id={`${id}-option-${index}`}
      option={each}
      isActive={index === active}
      isChosen={chosen.some((taken) => isSame(taken, each))}
      onChoose={() => onChoose(each)}
    />
  );
  let count = 0;
  return (
    <div
      ref={list}
      class="option-list"
      id={`${id}-list`}
      role="listbox"
      aria-label="Options"
      aria-multiselectable={isMany}
      onMouseDown={(event) => event.preventDefault()}
    >
      {offered.sentence !== '' && <p class="option-sentence">{offered.sentence}</p>}
      {offered.groups.map(({ label, options }, group) => {
        const first = count;
        count += options.length;
        const drawn = options.map((each, index) => option(each, first + index));
        if (label === '') return drawn;
        return (
          <div key={group} role="group" aria-label={label}>
            <p class="option-group" aria-hidden="true">
              {label}
            </p>
            {drawn}
          </div>
        );
      })}
    </div>
  );
}

interface OptionProps {
  id: string;
  option: JsonObject;
  isActive: boolean;
  isChosen: boolean;
  onChoose: () => void;
}

function Option({ id, option, isActive, isChosen, onChoose }: OptionProps) {
  const description = wordsAt(option, 'description');
  return (
    <div
      id={id}
      role="option"
      aria-selected={isChosen}
      class={isActive ? 'option option-active' : 'option'}
      onClick={onChoose}
    >
      <span>
        {wordsAt(option, 'text')}
        {description !== '' && <small>{description}</small>}
      </span>
      {isChosen && <Icon name="check" />}
    </div>
  );
}
