import type { AllMiddlewareArgs, BlockAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';

/** Opens a view for whoever pressed: over the view in which the button stands, or over the message. */
export async function openOver(
  client: AllMiddlewareArgs['client'],
  { trigger_id, view: below }: Pick<BlockAction, 'trigger_id' | 'view'>,
  view: ModalView,
): Promise<void> {
  if (below?.type === 'modal') await client.views.push({ trigger_id, view });
  else await client.views.open({ trigger_id, view });
}
