import type { ModalView } from '@slack/types';

import { batchToJoin } from '../../app/batch.ts';
import { hasBegun } from '../../domain/batch/batch.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import { section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import { tellPresser } from '../card/tell-presser.ts';
import { drawForm } from '../form/draw-form.ts';
import type { FormNeeds } from '../form/follow-answers.ts';
import { emptyForm } from '../form/form-state.ts';
import type { Press, Submit, Typed } from '../heard.ts';
import { decodeButton, ids } from '../ids.ts';
import { joinListView, nothingToJoin } from './join-list.ts';
import { batchesOfTonight, refuseReader } from './tonight.ts';

type Arguments = Pick<Typed, 'command' | 'ack' | 'client'>;

/** `/deploy join 1042`: the form at the hour of that batch; without a number tonight's are offered. */
export async function onJoinTyped(
  needs: FormNeeds,
  number: number | null,
  { command, ack, client }: Arguments,
): Promise<void> {
  const channel = command.channel_id;
  const refusal = await refuseToJoin(needs, command.user_id, number);
  if (refusal !== null)
    return await ack({ response_type: 'ephemeral', text: refusal, blocks: [section(refusal)] });
  await ack();
  const view =
    number === null
      ? await listToJoin(needs, channel)
      : await formToJoin(needs, command.user_id, { number, channel });
  await client.views.open({ trigger_id: command.trigger_id, view });
}

/** A press on Join…: the form, or why there is none. */
export async function onJoinPressed(
  needs: FormNeeds,
  { body, action, ack, client, respond }: Press,
): Promise<void> {
  await ack();
  const value = decodeButton(action.value);
  if (!value) return;
  const { number } = value;
  const refusal = await refuseToJoin(needs, body.user.id, number);
  if (refusal !== null) return await tellPresser(needs, { body, client, respond }, refusal);
  const view = await formToJoin(needs, body.user.id, { number, channel: body.channel?.id ?? null });
  await client.views.open({ trigger_id: body.trigger_id, view });
}

/** One of tonight's was chosen: the form for it takes the place of the list. */
export async function onJoinChosen(needs: FormNeeds, { body, view, ack }: Submit): Promise<void> {
  const chosen = view.state.values[ids.joinWhich]?.[ids.joinWhich]?.selected_option?.value;
  const number = Number(chosen);
  const refusal = await refuseToJoin(needs, body.user.id, number);
  if (refusal !== null) return await ack({ response_action: 'errors', errors: { [ids.joinWhich]: refusal } });
  const channel = view.private_metadata === '' ? null : view.private_metadata;
  const form = await formToJoin(needs, body.user.id, { number, channel });
  await ack({ response_action: 'update', view: form });
}

/** Why there is no form; null where there is one. */
async function refuseToJoin(needs: BotNeeds, by: string, number: number | null): Promise<string | null> {
  const refusal = await refuseReader(needs, by);
  const found = refusal === null && number !== null ? await batchToJoin(needs.app, number) : null;
  return found?.ok === false ? sayRefusals(found.refusals) : refusal;
}

async function formToJoin(
  needs: BotNeeds,
  by: string,
  { number, channel }: { number: number; channel: string | null },
): Promise<ModalView> {
  const person = await needs.app.findPerson(by);
  return await drawForm(needs, emptyForm, person, { channel, notice: null, joins: number });
}

async function listToJoin(needs: BotNeeds, channel: string): Promise<ModalView> {
  const now = needs.app.now();
  const open = (await batchesOfTonight(needs)).filter((batch) => !hasBegun(batch, now));
  return open.length === 0 ? nothingToJoin : joinListView(open, channel);
}
