import { findEnvironment } from '../../app/find-environment.ts';
import { lockEnvironment } from '../../app/lock-environment.ts';
import { once } from '../../app/once.ts';
import { sayLocked } from '../../wording/outcome.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import { section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import { lockView } from '../card/button-views.ts';
import { cut, mrkdwn } from '../escape.ts';
import type { Submit, Typed } from '../heard.ts';
import { ids } from '../ids.ts';

type Arguments = Pick<Typed, 'command' | 'ack' | 'client'>;

const longestError = 1_500;

/** `/deploy lock E` without a reason: the form asks for it. An unknown environment is said at once. */
export async function openLockForm(
  { app }: BotNeeds,
  environment: string,
  { command, ack, client }: Arguments,
): Promise<void> {
  const found = findEnvironment(app.configuration(), environment);
  if (!found.ok) {
    const text = sayRefusals(found.refusals);
    return await ack({ response_type: 'ephemeral', text: mrkdwn(text), blocks: [section(text)] });
  }
  await ack();
  await client.views.open({
    trigger_id: command.trigger_id,
    view: lockView(environment, command.channel_id),
  });
}

/** The lock with its reason; a refusal stands under the field. */
export async function onLockSubmit(
  { app, log }: BotNeeds,
  { body, view, ack, client }: Submit,
): Promise<void> {
  const [channel = '', environment = ''] = view.private_metadata.split(' ');
  const reason = view.state.values[ids.reason]?.[ids.reason]?.value ?? '';
  const by = body.user.id;
  const envelope = { key: `lock:${body.trigger_id}`, what: `lock ${environment}`, by, at: app.now() };
  const verdict = await once(
    app.store,
    envelope,
    async () => await lockEnvironment(app, { by, environment, reason }),
  );
  if (verdict.ok) {
    await ack();
    const text = mrkdwn(sayLocked(verdict.value));
    return void (await client.chat
      .postEphemeral({ channel, user: by, text })
      .catch((error: unknown) => log.warn({ error }, 'a lock could not be confirmed to who set it')));
  }
  const sentence = cut(sayRefusals(verdict.refusals), longestError);
  await ack({ response_action: 'errors', errors: { [ids.reason]: sentence } });
}
