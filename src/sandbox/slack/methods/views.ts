import { word } from '../arguments.ts';
import { type JsonObject, objectAt, stringAt } from '../json.ts';
import { Refused } from '../refused.ts';
import { takeTrigger } from '../triggers.ts';
import { findView, openView, publishHome, pushView, redrawView, viewPayload } from '../view-stack.ts';
import type { StoredView, World } from '../world.ts';

/** `views.open`. */
export function viewsOpen(world: World, given: JsonObject): JsonObject {
  const view = viewOf(given);
  return answer(world, openView(world, takeTrigger(world, stringAt(given, 'trigger_id')), view));
}

/** `views.push`. */
export function viewsPush(world: World, given: JsonObject): JsonObject {
  const view = viewOf(given);
  return answer(world, pushView(world, takeTrigger(world, stringAt(given, 'trigger_id')), view));
}

/** `views.update`. */
export function viewsUpdate(world: World, given: JsonObject): JsonObject {
  const view = viewOf(given);
  const stored = findView(world, stringAt(given, 'view_id'), stringAt(given, 'external_id'));
  if (!stored) throw new Refused('not_found');
  const hash = stringAt(given, 'hash');
  if (hash !== undefined && hash !== stored.hash) throw new Refused('hash_conflict');
  return answer(world, redrawView(world, stored, view));
}

/** `views.publish`. */
export function viewsPublish(world: World, given: JsonObject): JsonObject {
  const user = word(given, 'user_id');
  if (!world.people.has(user)) throw new Refused('user_not_found');
  return answer(world, publishHome(world, user, viewOf(given)));
}

function viewOf(given: JsonObject): JsonObject {
  const view = objectAt(given, 'view');
  if (!view)
    throw new Refused('invalid_arguments', {
      response_metadata: { messages: ['[ERROR] missing required field: view'] },
    });
  return view;
}

function answer(world: World, stored: StoredView): JsonObject {
  return { view: viewPayload(world, stored) };
}
