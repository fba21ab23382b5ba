import { type JsonObject, objectsAt, stringAt } from '../../../slack/json.ts';
import { Element } from '../elements/element.tsx';
import { placedIn } from './entries.ts';

/** A row of things to press and to choose in. */
export function Actions({ block }: { block: JsonObject }) {
  return (
    <div class="block-actions">
      {objectsAt(block, 'elements').map((element, index) => (
        <Element key={stringAt(element, 'action_id') ?? index} placed={placedIn(block, element)} />
      ))}
    </div>
  );
}
