import { approveDeployment } from '../../app/approve-deployment.ts';
import { loadDeployment } from '../../app/load-deployment.ts';
import { once } from '../../app/once.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import type { BotNeeds } from '../bot.ts';
import type { Press, Submit } from '../heard.ts';
import { decodeButton, ids } from '../ids.ts';
import { changedPlanView, notApproved } from './changed-plan.ts';
import { onDecision } from './on-button.ts';

/** A press on Approve: counts at once, unless the plan changed; then the difference is shown first. */
export async function onApprove(needs: BotNeeds, press: Press): Promise<void> {
  const { body, action, client, ack } = press;
  const value = decodeButton(action.value);
  const loaded = value && (await loadDeployment(needs.app.store, value.number));
  const deployment = loaded?.ok ? loaded.value.deployment : null;
  const isOpen = deployment?.state === 'awaiting_approval' && deployment.planHash === value?.planHash;
  const view = isOpen ? changedPlanView(deployment, body.user.id, value) : null;
  if (!view) return await onDecision(needs, press);
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view });
}

/** The approval of a plan that changed; a refusal takes the place of the difference. */
export async function onApproveSubmit({ app }: BotNeeds, { body, view, ack }: Submit): Promise<void> {
  const value = decodeButton(view.private_metadata);
  if (!value) return await ack();
  const { number, planHash } = value;
  const by = body.user.id;
  const what = `${ids.approveForm} #${number}`;
  const envelope = { key: `${ids.approveForm}:${body.trigger_id}`, what, by, at: app.now() };
  const verdict = await once(
    app.store,
    envelope,
    async () => await approveDeployment(app, { by, number, planHash }),
  );
  if (verdict.ok) return await ack();
  await ack({ response_action: 'update', view: notApproved(sayRefusals(verdict.refusals), number) });
}
