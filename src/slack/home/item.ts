import type { Button, KnownBlock } from '@slack/types';

import { button } from '../blocks.ts';
import { ids } from '../ids.ts';

/** Something that waits for whoever looks at their Home. */
export interface Item {
  /** Its deadline; what has none comes last. */
  until: number;
  blocks: KnownBlock[];
}

/** Opens the whole plan. */
export function detailsButton(number: number, value: string): Button {
  return button(ids.details, 'Details', value, { accessibilityLabel: `Details of deployment ${number}` });
}
