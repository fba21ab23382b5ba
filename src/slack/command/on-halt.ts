import { haltEverything } from '../../app/halt-everything.ts';
import { once } from '../../app/once.ts';
import { sayHalted } from '../../wording/outcome.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import type { BotNeeds } from '../bot.ts';
import { haltView } from '../card/button-views.ts';
import { cut, mrkdwn } from '../escape.ts';
import type { Submit, Typed } from '../heard.ts';
import { ids } from '../ids.ts';

type Arguments = Pick<Typed, 'command' | 'ack' | 'client'>;

const longestError = 1_500;

/** `/deploy halt` without a reason: the form asks for it. */
export async function openHaltForm({ command, ack, client }: Arguments): Promise<void> {
  await ack();
  await client.views.open({ trigger_id: command.trigger_id, view: haltView(command.channel_id) });
}

/** Everything stands still; a refusal stands under the field. */
export async function onHaltSubmit(
  { app, log }: BotNeeds,
  { body, view, ack, client }: Submit,
): Promise<void> {
  const reason = view.state.values[ids.reason]?.[ids.reason]?.value ?? '';
  const by = body.user.id;
  const envelope = { key: `halt:${body.trigger_id}`, what: 'halt', by, at: app.now() };
  const verdict = await once(app.store, envelope, async () => await haltEverything(app, { by, reason }));
  if (!verdict.ok) {
    const sentence = cut(sayRefusals(verdict.refusals), longestError);
    return await ack({ response_action: 'errors', errors: { [ids.reason]: sentence } });
  }
  await ack();
  await client.chat
    .postEphemeral({ channel: view.private_metadata, user: by, text: mrkdwn(sayHalted(verdict.value)) })
    .catch((error: unknown) => log.warn({ error }, 'a halt could not be confirmed to who asked for it'));
}
