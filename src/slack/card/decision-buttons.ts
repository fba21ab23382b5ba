import type { Button } from '@slack/types';

import type { Deployment } from '../../domain/deployment/deployment.ts';
import { button } from '../blocks.ts';
import { ids } from '../ids.ts';

/** Approve and Reject. A plan that changed has its own view behind Approve; any other is asked about in a word. */
export function decisionButtons({ number, planChanges }: Deployment, value: string): Button[] {
  const confirm = {
    title: `Approve #${number}?`,
    text: 'You approve exactly the plan in this thread.',
    yes: 'Approve',
  };
  return [
    button(ids.approve, 'Approve', value, {
      style: 'primary',
      accessibilityLabel: `Approve deployment ${number}`,
      ...(planChanges.length === 0 && { confirm }),
    }),
    button(ids.reject, 'Reject', value, {
      style: 'danger',
      accessibilityLabel: `Reject deployment ${number}`,
    }),
  ];
}
