import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { Json, JsonObject } from '../../../slack/json.ts';

/** One element and the block it stands in. */
export interface Placed {
  block: JsonObject;
  element: JsonObject;
  blockId: string;
  actionId: string;
}

/** What elements stand on: a message, a modal or the home tab. It keeps what is entered and tells the app. */
export interface Surface {
  /** Begins the ids of everything on it. */
  idPrefix: string;
  valueOf(placed: Placed): Json;
  /** A value was entered; the app hears of it where the block asks for that. */
  enter(placed: Placed, value: Json): void;
  /** Pressed, or chosen from a menu; answers whether the app acknowledged. */
  press(placed: Placed, value: Json): Promise<boolean>;
  /** Option groups for what was typed; null when the app did not answer. */
  search(placed: Placed, typed: string): Promise<JsonObject[] | null>;
  /** The sentence under a field, by `block_id`. */
  errors: Record<string, string>;
}

const nowhere: Surface = {
  idPrefix: '',
  valueOf: () => null,
  enter: () => undefined,
  press: () => Promise.resolve(false),
  search: () => Promise.resolve(null),
  errors: {},
};

/** Hands the surface to the blocks on it. */
export const SurfaceContext = createContext<Surface>(nowhere);

/** The surface on which this stands. */
export function useSurface(): Surface {
  return useContext(SurfaceContext);
}
