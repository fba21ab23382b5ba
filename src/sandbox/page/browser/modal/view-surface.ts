import { useEffect, useRef, useState } from 'preact/hooks';

import { type Json, type JsonObject, objectAt, objectsAt, typeOf } from '../../../slack/json.ts';
import type { ShownView } from '../../../slack/screen-content.ts';
import { type Entries, entriesFrom, stillThere, valueIn, withEntry } from '../blocks/entries.ts';
import type { Placed, Surface } from '../blocks/surface.ts';
import { post } from '../post.ts';

/** A view's surface, with what a form needs besides. */
export interface ViewSurface extends Surface {
  entries: () => Entries;
  setErrors: (errors: Record<string, string>) => void;
  /** True after the app stayed silent about a change. */
  isSilent: boolean;
}

const keepAfterMs = 300;

/** Keeps what is entered in a view: through every redraw, and on the server for a page that is loaded anew. */
export function useViewSurface(viewer: string, shown: ShownView): ViewSurface {
  const blocks = objectsAt(shown.view, 'blocks');
  const [entries, setEntries] = useState<Entries>(() => entriesFrom(shown.entered, blocks));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [isSilent, setSilent] = useState(false);
  // What is sent must hold the newest letter, also before it was drawn.
  const newest = useRef(entries);
  const put = (next: Entries): void => {
    newest.current = next;
    setEntries(next);
  };
  useEffect(() => put(stillThere(newest.current, blocks)), [shown.hash]);
  useKeeping({ viewer, viewId: shown.id }, entries);

  const send = async (placed: Placed, value: Json): Promise<boolean> => {
    const { blockId, actionId } = placed;
    const picked = { blockId, actionId, value };
    const body = { as: viewer, view: shown.id, picked, entered: Object.values(newest.current) };
    const answer = await post<{ acknowledged: boolean }>('act-in-view', body);
    const acknowledged = answer.ok && answer.acknowledged;
    setSilent(!acknowledged);
    return acknowledged;
  };
  return {
    idPrefix: shown.id,
    errors,
    setErrors,
    isSilent,
    entries: () => newest.current,
    valueOf: (placed) => valueIn(entries, placed),
    enter: (placed, value) => {
      put(withEntry(newest.current, placed, value));
      const { [placed.blockId]: _mended, ...others } = errors;
      setErrors(others);
      if (tellsOnChange(placed)) void send(placed, value);
    },
    press: send,
    search: async ({ blockId, actionId }, typed) => {
      const body = { as: viewer, view: shown.id, picked: { blockId, actionId }, typed };
      const answer = await post<{ groups: JsonObject[] }>('search', body);
      return answer.ok ? answer.groups : null;
    },
  };
}

/** Outside input blocks every change is told; inside, only where the block asks, and of text only what it asks for. */
function tellsOnChange({ block, element }: Placed): boolean {
  if (block['type'] !== 'input') return true;
  if (block['dispatch_action'] !== true) return false;
  if (!typeOf(element).endsWith('_input')) return true;
  const on = objectAt(element, 'dispatch_action_config')?.['trigger_actions_on'];
  return Array.isArray(on) && on.includes('on_character_entered');
}

function useKeeping({ viewer, viewId }: { viewer: string; viewId: string }, entries: Entries): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const keep = (): void =>
      void post('keep-entered', { as: viewer, view: viewId, entered: Object.values(entries) });
    const timer = setTimeout(keep, keepAfterMs);
    return () => clearTimeout(timer);
  }, [entries]);
}
