import { acknowledgeGlass } from '../../app/acknowledge-glass.ts';
import { answerQuestion } from '../../app/answer-question.ts';
import { approveDeployment } from '../../app/approve-deployment.ts';
import { joinGlass } from '../../app/break-glass.ts';
import { cancelDeployment } from '../../app/cancel-deployment.ts';
import { loadDeployment } from '../../app/load-deployment.ts';
import { once } from '../../app/once.ts';
import { pauseDeployment, resumeDeployment } from '../../app/pause-deployment.ts';
import { keepOut, putBackInService } from '../../app/put-back-in-service.ts';
import { retryDeployment } from '../../app/retry-deployment.ts';
import { rollBackDeployment } from '../../app/roll-back-deployment.ts';
import { keepAsItIs, snoozeRollback } from '../../app/rollback-countdown.ts';
import type { Choice } from '../../domain/events/question.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import type { BotNeeds } from '../bot.ts';
import type { Press } from '../heard.ts';
import { type ButtonValue, decodeButton, ids } from '../ids.ts';
import { detailsView } from './button-views.ts';
import { deploymentView } from './deployment-view.ts';
import { openOver } from './open-over.ts';
import { preparationDecisions } from './preparation-decisions.ts';
import { tellPresser } from './tell-presser.ts';

/** What a button decides, by its id; each answers a verdict, and a "no" is told to the person who pressed. */
const decisions: Record<
  string,
  (needs: BotNeeds, by: string, value: ButtonValue) => Promise<Verdict<unknown>>
> = {
  [ids.approve]: async ({ app }, by, { number, planHash }) =>
    await approveDeployment(app, { by, number, planHash }),
  [ids.joinGlass]: async ({ app }, by, { number, planHash }) =>
    await joinGlass(app, { by, number, planHash }),
  [ids.seeGlass]: async ({ app }, by, { number }) => await acknowledgeGlass(app, { by, number }),
  [ids.cancel]: async ({ app }, by, { number }) => await cancelDeployment(app, { by, number }),
  [ids.stop]: async ({ app }, by, { number }) => await cancelDeployment(app, { by, number }),
  [ids.pause]: async ({ app }, by, { number }) => await pauseDeployment(app, { by, number }),
  [ids.resume]: async ({ app }, by, { number }) => await resumeDeployment(app, { by, number }),
  [ids.rollBack]: async ({ app }, by, { number }) => await rollBackDeployment(app, { by, number }),
  [ids.keep]: async ({ app }, by, { number }) => await keepAsItIs(app, { by, number }),
  [ids.snooze]: async ({ app }, by, { number }) => await snoozeRollback(app, { by, number }),
  [ids.putBack]: async ({ app }, by, { number, member = '' }) =>
    await putBackInService(app, { by, number, member }),
  [ids.keepOut]: async ({ app }, by, { number, member = '' }) => await keepOut(app, { by, number, member }),
  [ids.retry]: async ({ app }, by, { number, version }) =>
    await retryDeployment(app, { by, number, choice: 'remaining', shownVersion: version }),
  ...preparationDecisions,
  ...Object.fromEntries(
    (['retry', 'resume', 'stop', 'start', 'skip', 'done', 'roll-back', 'keep'] satisfies Choice[]).map(
      (choice) => [
        ids.answer(choice),
        async ({ app }: BotNeeds, by: string, { number, question }: ButtonValue) =>
          await answerQuestion(app, { by, number, question: question ?? '', choice }),
      ],
    ),
  ),
};

/** Ids of the buttons that decide at once; Approve looks first whether there is something to show. */
export const decisionIds = Object.keys(decisions).filter((id) => id !== ids.approve);

/** A press on a button that decides: acknowledged, done once, and a refusal answered to the person alone. */
export async function onDecision(needs: BotNeeds, press: Press): Promise<void> {
  const { body, action, ack, client } = press;
  const value = decodeButton(action.value);
  const decision = decisions[action.action_id];
  if (!value || !decision) return await ack();
  const by = body.user.id;
  const key = `press:${body.trigger_id}`;
  const envelope = { key, what: `${action.action_id} #${value.number}`, by, at: needs.app.now() };
  const verdict = await once(needs.app.store, envelope, async () => await decision(needs, by, value));
  await ack();
  if (body.view?.type === 'modal') {
    const notice = verdict.ok ? null : sayRefusals(verdict.refusals);
    const view = await deploymentView(needs.app, value.number, notice);
    return void (view && (await client.views.update({ view_id: body.view.id, view })));
  }
  if (!verdict.ok) await tellPresser(needs, press, sayRefusals(verdict.refusals));
}

/** The whole plan, for whoever wants to read it. */
export async function onDetails(needs: BotNeeds, { body, action, ack, client }: Press): Promise<void> {
  await ack();
  const value = decodeButton(action.value);
  const loaded = value && (await loadDeployment(needs.app.store, value.number));
  if (!loaded?.ok) return;
  await openOver(client, body, detailsView(loaded.value));
}
