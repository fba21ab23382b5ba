import type { AllMiddlewareArgs } from '@slack/bolt';
import type { ModalView } from '@slack/types';

import { chooseChannelTelling, offerChannelTelling } from '../../app/choose-channel-telling.ts';
import { keepSettings, settingsOf } from '../../app/keep-settings.ts';
import { once } from '../../app/once.ts';
import { usualSettings } from '../../domain/person-settings.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import { section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import { cut, mrkdwn } from '../escape.ts';
import type { Press, Submit, Typed } from '../heard.ts';
import { ids } from '../ids.ts';
import { readSettings, settingsForm } from './settings-form.ts';
import { readTelling, tellingForm } from './telling-form.ts';

type CommandArguments = Pick<Typed, 'command' | 'ack' | 'client'>;
const longestError = 1_500;

/** `/deploy settings`, of oneself or of an environment. */
export async function onSettingsCommand(
  needs: BotNeeds,
  environment: string | null,
  { command, ack, client }: CommandArguments,
): Promise<void> {
  const trigger = { triggerId: command.trigger_id, by: command.user_id };
  if (environment === null) {
    await ack();
    return await openSettings(needs, client, trigger);
  }
  const offered = await offerChannelTelling(needs.app, { by: command.user_id, environment });
  if (!offered.ok) {
    const text = sayRefusals(offered.refusals);
    return await ack({ response_type: 'ephemeral', text: mrkdwn(text), blocks: [section(text)] });
  }
  await ack();
  await client.views.open({ trigger_id: command.trigger_id, view: tellingForm(offered.value) });
}

/** A press on a button that opens them. */
export async function onSettingsWanted(needs: BotNeeds, { body, ack, client }: Press): Promise<void> {
  await ack();
  await openSettings(needs, client, { triggerId: body.trigger_id, by: body.user.id });
}

/** Opens somebody's own settings, or says there why they have none. */
export async function openSettings(
  { app }: Pick<BotNeeds, 'app'>,
  client: AllMiddlewareArgs['client'],
  { triggerId, by }: { triggerId: string; by: string },
): Promise<void> {
  const settings = await settingsOf(app, by);
  const { timezone: zone } = await app.findPerson(by);
  const environments = app.configuration().environments.map(({ name }) => name);
  const view = settings.ok
    ? settingsForm(settings.value, { zone, environments })
    : noSettings(sayRefusals(settings.refusals));
  await client.views.open({ trigger_id: triggerId, view });
}

function noSettings(sentence: string): ModalView {
  const plain = (text: string) => ({ type: 'plain_text' as const, text });
  return { type: 'modal', title: plain('Your settings'), close: plain('Close'), blocks: [section(sentence)] };
}

/** Somebody's settings as they sent them; a refusal stands under the quiet hours. */
export async function onSettingsSubmit({ app }: BotNeeds, { body, view, ack }: Submit): Promise<void> {
  const by = body.user.id;
  const envelope = { key: `settings:${body.trigger_id}`, what: 'settings', by, at: app.now() };
  const verdict = await once(app.store, envelope, async () => {
    const before = (await app.store.personSettings(by)) ?? usualSettings;
    return await keepSettings(app, { by, settings: readSettings(view.state.values, before) });
  });
  if (verdict.ok) return await ack();
  const sentence = cut(sayRefusals(verdict.refusals), longestError);
  await ack({ response_action: 'errors', errors: { [ids.quietFrom]: sentence } });
}

/** What an environment's channel is told from now on. */
export async function onTellingSubmit({ app }: BotNeeds, { body, view, ack }: Submit): Promise<void> {
  const by = body.user.id;
  const environment = view.private_metadata;
  const tells = readTelling(view.state.values[ids.telling]?.[ids.telling]?.selected_option?.value);
  if (tells === null) return await ack();
  const what = `settings ${environment} ${tells}`;
  const envelope = { key: `telling:${body.trigger_id}`, what, by, at: app.now() };
  const verdict = await once(
    app.store,
    envelope,
    async () => await chooseChannelTelling(app, { by, environment, tells }),
  );
  if (verdict.ok) return await ack();
  const sentence = cut(sayRefusals(verdict.refusals), longestError);
  await ack({ response_action: 'errors', errors: { [ids.telling]: sentence } });
}
