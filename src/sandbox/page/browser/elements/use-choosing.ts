import { useState } from 'preact/hooks';

import type { JsonObject } from '../../../slack/json.ts';
import { type Placed, useSurface } from '../blocks/surface.ts';
import { type Offered, useOffered } from './offered-options.ts';
import { chosenOptions, isSame } from './option-groups.ts';

/** A select at work. */
export interface Choosing {
  isOpen: boolean;
  typed: string;
  /** Which option Enter would choose, counted over all groups. */
  active: number;
  chosen: JsonObject[];
  offered: Offered;
  open: () => void;
  close: () => void;
  search: (typed: string) => void;
  /** Chooses an option, of many also takes it back, and closes the list. */
  choose: (option: JsonObject) => void;
  /** The same without closing. */
  toggle: (option: JsonObject) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** What is open, typed, offered and chosen in a select, and what the keys do to it. */
export function useChoosing(placed: Placed, isMany: boolean): Choosing {
  const surface = useSurface();
  const [state, setState] = useState({ isOpen: false, typed: '', active: 0 });
  const { isOpen, typed, active } = state;
  const offered = useOffered(placed, state);
  const chosen = chosenOptions(surface.valueOf(placed));
  const flat = offered.groups.flatMap(({ options }) => options);

  const open = (): void => setState((before) => ({ ...before, isOpen: true }));
  const close = (): void => setState({ isOpen: false, typed: '', active: 0 });
  const toggle = (option: JsonObject): void => {
    if (!isMany) return surface.enter(placed, option);
    const others = chosen.filter((each) => !isSame(each, option));
    surface.enter(placed, others.length < chosen.length ? others : [...chosen, option]);
  };
  const choose = (option: JsonObject): void => {
    close();
    toggle(option);
  };
  const move = (by: number): void => {
    if (flat.length > 0) setState({ ...state, active: (active + by + flat.length) % flat.length });
  };
  return {
    isOpen,
    typed,
    active,
    chosen,
    offered,
    open,
    close,
    toggle,
    choose,
    search: (words) => setState({ isOpen: true, typed: words, active: 0 }),
    onKeyDown: (event) => {
      const last = chosen.at(-1);
      if (event.key === 'Backspace' && isMany && typed === '' && last) return toggle(last);
      const highlighted = flat[active];
      obeyKey(event, isOpen, {
        open,
        close,
        move,
        take: () => highlighted && choose(highlighted),
      });
    },
  };
}

interface KeyActs {
  open: () => void;
  close: () => void;
  move: (by: number) => void;
  take: () => void;
}

/** A key that means something here neither sends nor closes the form around it. */
function obeyKey(event: KeyboardEvent, isOpen: boolean, { open, close, move, take }: KeyActs): void {
  const acts: Record<string, () => void> = isOpen
    ? { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: take, Escape: close }
    : { ArrowDown: open, ArrowUp: open, Enter: open };
  const act = Object.hasOwn(acts, event.key) ? acts[event.key] : undefined;
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}
