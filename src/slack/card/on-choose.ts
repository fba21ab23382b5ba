import type { AllMiddlewareArgs, BlockAction, SlackActionMiddlewareArgs } from '@slack/bolt';

import { once } from '../../app/once.ts';
import {
  decidedSince,
  offerRetry,
  type RetriedDeployment,
  retryDeployment,
  type RetryOffer,
} from '../../app/retry-deployment.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import type { BotNeeds } from '../bot.ts';
import { cut } from '../escape.ts';
import type { Press, Submit } from '../heard.ts';
import { type ButtonValue, decodeButton, ids } from '../ids.ts';
import {
  chooseForm,
  choiceOf,
  type ChooseState,
  firstChoice,
  nothingToChoose,
  readChoice,
} from './choose-form.ts';
import { noDeploymentView } from './deployment-view.ts';
import { openOver } from './open-over.ts';
import { tellPresser } from './tell-presser.ts';

/** A press on Choose…: the form, or why there is none for this person. */
export async function onChooseWanted(needs: BotNeeds, press: Press): Promise<void> {
  const { body, action, ack, client } = press;
  await ack();
  const value = decodeButton(action.value);
  if (!value) return;
  const offer = await offerRetry(needs.app, { by: body.user.id, number: value.number });
  if (!offer.ok && body.view?.type === 'modal')
    return await openOver(client, body, noDeploymentView(sayRefusals(offer.refusals)));
  if (!offer.ok) return await tellPresser(needs, press, sayRefusals(offer.refusals));
  const notice = await decidedSince(needs.app.store, offer.value.deployment, value.version);
  const view = chooseForm(offer.value, firstChoice(offer.value), notice);
  await openOver(client, body, view);
}

/** Any change in the form: what sending it does follows, and nothing chosen is lost. */
export async function onChooseChange(
  needs: BotNeeds,
  { body, ack, client }: AllMiddlewareArgs & SlackActionMiddlewareArgs<BlockAction>,
): Promise<void> {
  await ack();
  const value = decodeButton(body.view?.private_metadata);
  if (!body.view || !value) return;
  const view = await redraw(needs, readChoice(body.view.state.values), { by: body.user.id, value });
  await client.views.update({ view_id: body.view.id, view });
}

/** What was chosen is deployed again; a refusal stands under its field, with everything as it was chosen. */
export async function onChooseSubmit(needs: BotNeeds, { body, view, ack }: Submit): Promise<void> {
  const value = decodeButton(view.private_metadata);
  if (!value) return await ack();
  const { number, version: shownVersion } = value;
  const state = readChoice(view.state.values);
  const by = body.user.id;
  const comeBack = async (): Promise<void> =>
    await ack({ response_action: 'update', view: await redraw(needs, state, { by, value }) });
  // Whoever sends it before the field for the names has come gets it now.
  if (state.part === 'chosen' && state.servers.length === 0) return await comeBack();
  const what = `${ids.chooseForm} #${number}`;
  const envelope = { key: `${ids.chooseForm}:${body.trigger_id}`, what, by, at: needs.app.now() };
  const verdict = await once<Verdict<RetriedDeployment>>(
    needs.app.store,
    envelope,
    async () => await retryDeployment(needs.app, { by, number, choice: choiceOf(state), shownVersion }),
  );
  if (verdict.ok) return await ack();
  if (verdict.refusals.some(({ rule }) => rule === 'law-14')) return await comeBack();
  const field = fieldFor(state, view.blocks);
  const sentence = cut(sayRefusals(verdict.refusals), longestError);
  await ack({ response_action: 'errors', errors: { [field]: sentence } });
}

const longestError = 1_500;

/** Under the servers where they are on the screen. */
function fieldFor({ part }: ChooseState, blocks: { block_id?: string }[]): string {
  const servers = blocks.find(({ block_id: id }) => id?.startsWith(ids.chosenServersOf('')));
  return (part === 'chosen' ? servers?.block_id : null) ?? ids.chosenPart;
}

async function redraw(
  needs: BotNeeds,
  state: ChooseState,
  { by, value }: { by: string; value: ButtonValue },
): Promise<ReturnType<typeof chooseForm>> {
  const offer: Verdict<RetryOffer> = await offerRetry(needs.app, { by, number: value.number });
  if (!offer.ok) return nothingToChoose(sayRefusals(offer.refusals));
  const notice = await decidedSince(needs.app.store, offer.value.deployment, value.version);
  return chooseForm(offer.value, stillPossible(offer.value, state), notice);
}

/** Nothing failed any more: then servers are chosen by name. */
function stillPossible({ failed }: RetryOffer, state: ChooseState): ChooseState {
  return state.part === 'failed' && failed.length === 0 ? { ...state, part: 'chosen' } : state;
}
