import type { ModalView } from '@slack/types';

import { batchToJoin } from '../../app/batch.ts';
import { once } from '../../app/once.ts';
import { judgeOrder, orderBatch } from '../../app/order-batch.ts';
import { moved } from '../../domain/batch/batch.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import type { BotNeeds } from '../bot.ts';
import { tellPresser } from '../card/tell-presser.ts';
import type { Press, Submit } from '../heard.ts';
import { decodeButton, ids } from '../ids.ts';
import { nothingToOrder, orderForm, type OrderState, readOrder } from './order-form.ts';
import { refuseReader } from './tonight.ts';

/** A press on Order…: the form over the list as it is now, or why it cannot be ordered any more. */
export async function onOrderWanted(
  needs: BotNeeds,
  { body, action, ack, client, respond }: Press,
): Promise<void> {
  await ack();
  const value = decodeButton(action.value);
  if (!value) return;
  const outside = await refuseReader(needs, body.user.id);
  if (outside !== null) return await tellPresser(needs, { body, client, respond }, outside);
  const state = await orderNow(needs, value.number);
  if (!state.ok) return await tellPresser(needs, { body, client, respond }, sayRefusals(state.refusals));
  const view = await draw(needs, state.value, { by: body.user.id, notice: null });
  await client.views.open({ trigger_id: body.trigger_id, view });
}

/** A press on Move up or Move down: only the form changes. */
export async function onMove(needs: BotNeeds, { body, action, ack, client }: Press): Promise<void> {
  await ack();
  const state = body.view && readOrder(body.view);
  if (!body.view || !state) return;
  const by = action.action_id === ids.moveUp ? -1 : 1;
  const order = moved(state.order, Number(action.value), by);
  const view = await draw(needs, { ...state, order }, { by: body.user.id, notice: null });
  await client.views.update({ view_id: body.view.id, hash: body.view.hash, view });
}

/** The order is kept; one that was made over another list comes back over the present one (law 14). */
export async function onOrderSubmit(needs: BotNeeds, { body, view, ack }: Submit): Promise<void> {
  const state = readOrder(view);
  if (!state) return await ack();
  const by = body.user.id;
  const what = `${ids.orderForm} #${state.number}`;
  const envelope = { key: `${ids.orderForm}:${body.trigger_id}`, what, by, at: needs.app.now() };
  const verdict = await once<Verdict<unknown>>(
    needs.app.store,
    envelope,
    async () => await orderBatch(needs.app, { by, ...state }),
  );
  if (verdict.ok) return await ack();
  await ack({ response_action: 'update', view: await drawAgain(needs, state, { by, verdict }) });
}

/** What was wanted stays where it only may not be; another list takes the place of an old one. */
async function drawAgain(
  needs: BotNeeds,
  state: OrderState,
  { by, verdict }: { by: string; verdict: Extract<Verdict<unknown>, { ok: false }> },
): Promise<ModalView> {
  const stale = verdict.refusals.find(({ rule }) => rule === 'law-14');
  if (!stale) return await draw(needs, state, { by, notice: 'This order is not kept: see below.' });
  const now = await orderNow(needs, state.number);
  if (!now.ok) return nothingToOrder(sayRefusals(now.refusals));
  return await draw(needs, now.value, { by, notice: sayRefusals([stale]) });
}

/** The list as it stands. */
async function orderNow({ app }: BotNeeds, number: number): Promise<Verdict<OrderState>> {
  const found = await batchToJoin(app, number);
  if (!found.ok) return found;
  const { batch, entries } = found.value;
  const { version, onFailure } = batch;
  const order = entries.map((entry) => entry.number);
  return { ok: true, value: { number, version, order, onFailure } };
}

async function draw(
  needs: BotNeeds,
  state: OrderState,
  { by, notice }: { by: string; notice: string | null },
): Promise<ModalView> {
  const judged = await judgeOrder(needs.app, { by, ...state });
  return judged.ok ? orderForm(judged.value, state, notice) : nothingToOrder(sayRefusals(judged.refusals));
}
