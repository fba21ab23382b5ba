import {
  isObject,
  type Json,
  type JsonObject,
  objectsAt,
  stringAt,
  typeOf,
  wordsAt,
} from '../../../slack/json.ts';
import { type Placed, useSurface } from '../blocks/surface.ts';
import { TextObject } from '../text/text-object.tsx';
import { describedBy, type Field } from './field.ts';

/** Radio buttons, of which one is chosen, or checkboxes, of which any are ticked. */
export function ChoiceBoxes({ placed, field }: { placed: Placed; field?: Field }) {
  const surface = useSurface();
  const isRadio = typeOf(placed.element) === 'radio_buttons';
  const chosen = chosenValues(surface.valueOf(placed));
  const options = objectsAt(placed.element, 'options');
  const choose = (option: JsonObject, isOn: boolean): void => {
    if (isRadio) return surface.enter(placed, option);
    const isKept = (each: JsonObject): boolean =>
      stringAt(each, 'value') === stringAt(option, 'value')
        ? isOn
        : chosen.includes(stringAt(each, 'value') ?? '');
    surface.enter(placed, options.filter(isKept));
  };
  const name = `${surface.idPrefix}-${placed.blockId}-${placed.actionId}`;
  return (
    <div
      class="choices"
      role={isRadio ? 'radiogroup' : 'group'}
      {...(field && { 'aria-labelledby': `${field.id}-label` })}
      {...describedBy(field)}
    >
      {options.map((option, index) => (
        <label key={index} class="choice">
          <input
            type={isRadio ? 'radio' : 'checkbox'}
            name={name}
            checked={chosen.includes(stringAt(option, 'value') ?? '')}
            onChange={(event) => choose(option, event.currentTarget.checked)}
          />
          <span>
            <TextObject text={isObject(option['text']) ? option['text'] : undefined} />
            {wordsAt(option, 'description') !== '' && <small>{wordsAt(option, 'description')}</small>}
          </span>
        </label>
      ))}
    </div>
  );
}

function chosenValues(value: Json): string[] {
  const options = Array.isArray(value) ? value.filter(isObject) : isObject(value) ? [value] : [];
  return options.map((option) => stringAt(option, 'value') ?? '');
}
