import { type JsonObject, objectAt, objectsAt } from '../../../slack/json.ts';
import { Element } from '../elements/element.tsx';
import { TextObject } from '../text/text-object.tsx';
import { placedIn } from './entries.ts';

/** A text, fields in two columns, and perhaps something to press beside them. */
export function Section({ block }: { block: JsonObject }) {
  const accessory = objectAt(block, 'accessory');
  const fields = objectsAt(block, 'fields');
  return (
    <div class="block-section">
      <div class="block-section-text">
        <TextObject text={objectAt(block, 'text')} />
        {fields.length > 0 && (
          <div class="block-fields">
            {fields.map((field, index) => (
              <div key={index}>
                <TextObject text={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {accessory && <Element placed={placedIn(block, accessory)} />}
    </div>
  );
}
