import { type JsonObject, objectAt, typeOf, wordsAt } from '../../../slack/json.ts';
import { Element } from '../elements/element.tsx';
import { PlainText } from '../text/text-object.tsx';
import { placedIn } from './entries.ts';
import { useSurface } from './surface.ts';

const groups = new Set(['radio_buttons', 'checkboxes', 'datetimepicker']);

/** A field: label, element, hint, and what is wrong with it. */
export function Input({ block }: { block: JsonObject }) {
  const { idPrefix, errors } = useSurface();
  const element = objectAt(block, 'element');
  if (!element) return null;
  const placed = placedIn(block, element);
  const id = `${idPrefix}-${placed.blockId}`;
  const error = errors[placed.blockId];
  const hint = wordsAt(block, 'hint');
  const isGroup = groups.has(typeOf(element));
  const label = (
    <>
      <PlainText text={wordsAt(block, 'label')} />
      {block['optional'] === true && <span class="optional"> (optional)</span>}
    </>
  );
  return (
    <div class={error === undefined ? 'field' : 'field field-wrong'} data-block={placed.blockId}>
      {isGroup ? (
        <span class="field-label" id={`${id}-label`}>
          {label}
        </span>
      ) : (
        <label class="field-label" id={`${id}-label`} for={id}>
          {label}
        </label>
      )}
      <Element placed={placed} field={{ id, isWrong: error !== undefined, hasHint: hint !== '' }} />
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {hint !== '' && (
        <p class="field-hint" id={`${id}-hint`}>
          <PlainText text={hint} />
        </p>
      )}
    </div>
  );
}
