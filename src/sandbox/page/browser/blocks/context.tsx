import { type JsonObject, objectsAt } from '../../../slack/json.ts';
import { TextObject } from '../text/text-object.tsx';
import { Picture } from './image.tsx';

/** Small print: texts and little pictures in one line. */
export function Context({ block }: { block: JsonObject }) {
  return (
    <div class="block-context">
      {objectsAt(block, 'elements').map((element, index) =>
        element['type'] === 'image' ? (
          <Picture key={index} image={element} />
        ) : (
          <span key={index}>
            <TextObject text={element} />
          </span>
        ),
      )}
    </div>
  );
}
