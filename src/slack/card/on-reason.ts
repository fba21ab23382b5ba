import type { ModalView } from '@slack/types';

import { breakGlass } from '../../app/break-glass.ts';
import { type LoadedDeployment, loadDeployment } from '../../app/load-deployment.ts';
import type { AppNeeds } from '../../app/needs.ts';
import { once } from '../../app/once.ts';
import { ownerRefuses } from '../../app/owner-answer.ts';
import { rejectDeployment } from '../../app/reject-deployment.ts';
import { stopDeploymentNow } from '../../app/stop-deployment-now.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import { sayStopNowEffect } from '../../wording/stop-now.ts';
import type { BotNeeds } from '../bot.ts';
import type { Press, Submit } from '../heard.ts';
import { type ButtonValue, decodeButton, ids } from '../ids.ts';
import { rejectView, stopNowView } from './button-views.ts';
import { deploymentView } from './deployment-view.ts';
import { breakGlassView } from './glass-parts.ts';
import { openOver } from './open-over.ts';
import { notTonightView } from './preparation-views.ts';

interface Reasoned {
  by: string;
  number: number;
  planHash: string;
  reason: string;
}

type ReasonForm = (value: ButtonValue, loaded: LoadedDeployment) => ModalView;

/** The forms behind buttons that ask for a reason first, by button. */
export const reasonForms: Record<string, ReasonForm> = {
  [ids.reject]: rejectView,
  [ids.breakGlass]: breakGlassView,
  [ids.stopNow]: (value, loaded) => stopNowView(value, sayStopNowEffect(loaded.deployment, loaded.plan)),
  [ids.notTonight]: notTonightView,
};

const decisions: Record<string, (app: AppNeeds, reasoned: Reasoned) => Promise<Verdict<unknown>>> = {
  [ids.rejectForm]: rejectDeployment,
  [ids.breakGlassForm]: breakGlass,
  [ids.stopNowForm]: stopDeploymentNow,
  [ids.notTonightForm]: ownerRefuses,
};

/** Ids of those forms when they are sent. */
export const reasonFormIds = Object.keys(decisions);

/** A press on Reject or Stop now: the form asks why. */
export async function onReasonWanted(
  { app }: Pick<BotNeeds, 'app'>,
  { body, action, ack, client }: Press,
): Promise<void> {
  await ack();
  const value = decodeButton(action.value);
  if (!value) return;
  const loaded = await loadDeployment(app.store, value.number);
  const view = loaded.ok && reasonForms[action.action_id]?.(value, loaded.value);
  if (view) await openOver(client, body, view);
}

/** The decision with its reason; a refusal stands under the field. */
export async function onReasonSubmit({ app }: BotNeeds, { body, view, ack, client }: Submit): Promise<void> {
  const decision = decisions[view.callback_id];
  if (!decision) return await ack();
  const { number = 0, planHash = '' } = decodeButton(view.private_metadata) ?? {};
  const reason = view.state.values[ids.reason]?.[ids.reason]?.value ?? '';
  const by = body.user.id;
  const what = `${view.callback_id} #${number}`;
  const envelope = { key: `${view.callback_id}:${body.trigger_id}`, what, by, at: app.now() };
  const verdict = await once(
    app.store,
    envelope,
    async () => await decision(app, { by, number, planHash, reason }),
  );
  if (verdict.ok) {
    await ack();
    const below = view.previous_view_id ? await deploymentView(app, number) : null;
    return void (below && (await client.views.update({ view_id: view.previous_view_id ?? '', view: below })));
  }
  await ack({ response_action: 'errors', errors: { [ids.reason]: sayRefusals(verdict.refusals) } });
}
