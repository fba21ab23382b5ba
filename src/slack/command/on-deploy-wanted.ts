import type { AllMiddlewareArgs, SlackShortcutMiddlewareArgs } from '@slack/bolt';

import type { FormNeeds } from '../form/follow-answers.ts';
import { openForm } from '../form/open-form.ts';
import type { Press } from '../heard.ts';

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];

/** A press on *Deploy* beside a revision, or behind a request that was typed where no form can open: the form, filled in. */
export async function onDeployWanted(needs: FormNeeds, { body, action, ack, client }: Press): Promise<void> {
  await ack();
  const value = Object(JSON.parse(action.value ?? '{}')) as Record<string, unknown>;
  const { environment, when } = value;
  const wanted = {
    selection: strings(value['selection']),
    environment: typeof environment === 'string' ? environment : null,
    when: typeof when === 'string' ? when : '',
  };
  const channel = body.channel?.id ?? null;
  await openForm(needs, { ...wanted, client, trigger: body.trigger_id, by: body.user.id, channel });
}

/** The global shortcut *Deploy*: the empty form, from anywhere. */
export async function onDeployShortcut(
  needs: FormNeeds,
  { body, ack, client }: AllMiddlewareArgs & SlackShortcutMiddlewareArgs,
): Promise<void> {
  await ack();
  const empty = { channel: null, selection: [], environment: null, when: '' };
  await openForm(needs, { ...empty, client, trigger: body.trigger_id, by: body.user.id });
}
