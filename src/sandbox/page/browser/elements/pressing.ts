import { useState } from 'preact/hooks';

import type { Json } from '../../../slack/json.ts';
import { type Placed, useSurface } from '../blocks/surface.ts';

/** What Slack says when the app does not answer in three seconds. */
export const troubleConnecting = 'We had some trouble connecting. Try again?';

/** Presses an element, and knows whether it is under way and whether the app stayed silent. */
export function usePressing(placed: Placed): {
  isPressing: boolean;
  isSilent: boolean;
  press: (value: Json) => void;
} {
  const surface = useSurface();
  const [state, setState] = useState<'rests' | 'presses' | 'silent'>('rests');
  return {
    isPressing: state === 'presses',
    isSilent: state === 'silent',
    press: (value) => {
      setState('presses');
      void surface.press(placed, value).then((acknowledged) => setState(acknowledged ? 'rests' : 'silent'));
    },
  };
}
