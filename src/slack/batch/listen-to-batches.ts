import type { App, BlockAction, ButtonAction, ViewSubmitAction } from '@slack/bolt';

import type { FormNeeds } from '../form/follow-answers.ts';
import { ids } from '../ids.ts';
import { onJoinChosen, onJoinPressed } from './on-join.ts';
import { onMove, onOrderSubmit, onOrderWanted } from './on-order.ts';

/** Ties what people press on lists to its handler. */
export function listenToBatches(app: App, needs: FormNeeds): void {
  app.action<BlockAction<ButtonAction>>(ids.joinBatch, async (args) => await onJoinPressed(needs, args));
  app.view<ViewSubmitAction>(ids.joinList, async (args) => await onJoinChosen(needs, args));
  app.action<BlockAction<ButtonAction>>(ids.orderBatch, async (args) => await onOrderWanted(needs, args));
  for (const id of [ids.moveUp, ids.moveDown])
    app.action<BlockAction<ButtonAction>>(id, async (args) => await onMove(needs, args));
  app.view<ViewSubmitAction>(ids.orderForm, async (args) => await onOrderSubmit(needs, args));
}
