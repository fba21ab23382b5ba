import { once } from '../../app/once.ts';
import { offerWatch } from '../../app/watch-deployment.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import type { BotNeeds } from '../bot.ts';
import type { Press, Submit } from '../heard.ts';
import { decodeButton, ids } from '../ids.ts';
import { handOverView } from './preparation-views.ts';

/** A press on Hand over: the form asks to whom. */
export async function onHandOverWanted({ body, action, ack, client }: Press): Promise<void> {
  await ack();
  const value = decodeButton(action.value);
  if (value) await client.views.open({ trigger_id: body.trigger_id, view: handOverView(value) });
}

/** Another one is asked to watch; a refusal stands under the field. */
export async function onHandOverSubmit({ app }: BotNeeds, { body, view, ack }: Submit): Promise<void> {
  const number = decodeButton(view.private_metadata)?.number ?? 0;
  const to = view.state.values[ids.nextWatcher]?.[ids.nextWatcher]?.selected_user ?? '';
  const by = body.user.id;
  const what = `${ids.handOverForm} #${number}`;
  const envelope = { key: `${ids.handOverForm}:${body.trigger_id}`, what, by, at: app.now() };
  const verdict = await once(app.store, envelope, async () => await offerWatch(app, { by, number, to }));
  if (verdict.ok) return await ack();
  await ack({ response_action: 'errors', errors: { [ids.nextWatcher]: sayRefusals(verdict.refusals) } });
}
