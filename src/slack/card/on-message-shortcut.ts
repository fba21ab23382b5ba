import type { AllMiddlewareArgs, MessageShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt';

import { standingSentence } from '../../domain/roles.ts';
import type { Store } from '../../store/store.ts';
import type { BotNeeds } from '../bot.ts';
import { deploymentView, noDeploymentView } from './deployment-view.ts';

/** *Deployment of this message*, on a card or anything in its thread: the deployment with the buttons that make sense now. */
export async function onMessageShortcut(
  { app }: BotNeeds,
  { shortcut, ack, client }: AllMiddlewareArgs & SlackShortcutMiddlewareArgs<MessageShortcut>,
): Promise<void> {
  await ack();
  const person = await app.findPerson(shortcut.user.id);
  const number = person.standing === 'member' ? await findDeployment(app.store, shortcut) : null;
  const view = number === null ? null : await deploymentView(app, number);
  const sentence =
    person.standing === 'member'
      ? 'This message belongs to no deployment. Use it on a card or in its thread; `/deploy list` shows those there are.'
      : `Deployments are looked at by members only. ${standingSentence(person)}`;
  await client.views.open({ trigger_id: shortcut.trigger_id, view: view ?? noDeploymentView(sentence) });
}

/** By the message itself, or, where a person wrote it, by the card in whose thread it stands. */
async function findDeployment(
  store: Store,
  { channel, message, message_ts: ts }: MessageShortcut,
): Promise<number | null> {
  const thread: unknown = message['thread_ts'];
  return (
    (await store.deploymentOfMessage(channel.id, ts)) ??
    (typeof thread === 'string' ? await store.deploymentOfMessage(channel.id, thread) : null)
  );
}
