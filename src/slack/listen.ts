import type { App, BlockAction, ButtonAction, MessageShortcut, ViewSubmitAction } from '@slack/bolt';

import { listenToBatches } from './batch/listen-to-batches.ts';
import type { BotNeeds } from './bot.ts';
import { onApprove, onApproveSubmit } from './card/on-approve.ts';
import { decisionIds, onDecision, onDetails } from './card/on-button.ts';
import { onChooseChange, onChooseSubmit, onChooseWanted } from './card/on-choose.ts';
import { onHandOverSubmit, onHandOverWanted } from './card/on-hand-over.ts';
import { onMessageShortcut } from './card/on-message-shortcut.ts';
import { onReasonSubmit, onReasonWanted, reasonFormIds, reasonForms } from './card/on-reason.ts';
import { onHistoryPage } from './command/answer-history.ts';
import { onRevisionsPage } from './command/answer-revisions.ts';
import { onAskToLift } from './command/answer-why.ts';
import { onCommand } from './command/on-command.ts';
import { onDelegateSubmit } from './command/on-delegate.ts';
import { onDeployShortcut, onDeployWanted } from './command/on-deploy-wanted.ts';
import { onDirectMessage } from './command/on-direct-message.ts';
import { onHaltSubmit } from './command/on-halt.ts';
import { onLockSubmit } from './command/on-lock.ts';
import { createFollower, type FormNeeds } from './form/follow-answers.ts';
import { onFillSubmit, onFillWanted } from './form/on-fill.ts';
import { onFormChange, onFormSubmit, onSelectionSearch } from './form/on-form.ts';
import { onHomeChoice, onHomeOpened, onNewDeployment, redrawAfterActs } from './home/on-home.ts';
import { createHomes } from './home/show-home.ts';
import { ids } from './ids.ts';
import { onSettingsSubmit, onSettingsWanted, onTellingSubmit } from './settings/on-settings.ts';

/** Buttons of what commands answer. */
function listenToCommandButtons(app: App, needs: FormNeeds): void {
  app.action<BlockAction<ButtonAction>>(ids.askToLift, async (args) => await onAskToLift(needs, args));
  app.action<BlockAction<ButtonAction>>(ids.deployThis, async (args) => await onDeployWanted(needs, args));
  app.action<BlockAction<ButtonAction>>(ids.historyPage, async (args) => await onHistoryPage(needs, args));
  for (const id of [ids.revisionsPage, ids.revisionsPageBack])
    app.action<BlockAction<ButtonAction>>(id, async (args) => await onRevisionsPage(needs, args));
  app.shortcut(ids.deployShortcut, async (args) => await onDeployShortcut(needs, args));
  app.shortcut<MessageShortcut>(ids.messageShortcut, async (args) => await onMessageShortcut(needs, args));
}

/** Ids of the form's fields whose change redraws the plan. */
const formFields = [ids.selection, ids.environment, ids.servers, ids.when, ids.dateTime, ids.which];

/** Ties everything that people type and press to its handler, once. */
export function listen(app: App, needs: BotNeeds): void {
  const withForms = { ...needs, follower: createFollower(needs) };
  app.command(ids.command, async (args) => await onCommand(withForms, args));
  app.options(ids.selection, async (args) => await onSelectionSearch(needs, args));
  for (const id of formFields)
    app.action<BlockAction>(id, async (args) => await onFormChange(withForms, args));
  app.view<ViewSubmitAction>(ids.form, async (args) => await onFormSubmit(needs, args));
  app.action<BlockAction<ButtonAction>>(ids.approve, async (args) => await onApprove(needs, args));
  app.view<ViewSubmitAction>(ids.approveForm, async (args) => await onApproveSubmit(needs, args));
  for (const id of decisionIds)
    app.action<BlockAction<ButtonAction>>(id, async (args) => await onDecision(needs, args));
  for (const id of Object.keys(reasonForms))
    app.action<BlockAction<ButtonAction>>(id, async (args) => await onReasonWanted(needs, args));
  for (const id of reasonFormIds)
    app.view<ViewSubmitAction>(id, async (args) => await onReasonSubmit(needs, args));
  app.action<BlockAction<ButtonAction>>(ids.choose, async (args) => await onChooseWanted(needs, args));
  for (const id of [ids.chosenPart, ids.chosenServers])
    app.action<BlockAction>(id, async (args) => await onChooseChange(needs, args));
  app.view<ViewSubmitAction>(ids.chooseForm, async (args) => await onChooseSubmit(needs, args));
  app.view<ViewSubmitAction>(ids.delegateForm, async (args) => await onDelegateSubmit(needs, args));
  app.view<ViewSubmitAction>(ids.haltForm, async (args) => await onHaltSubmit(needs, args));
  app.view<ViewSubmitAction>(ids.lockForm, async (args) => await onLockSubmit(needs, args));
  app.action<BlockAction<ButtonAction>>(ids.fill, async (args) => await onFillWanted(needs, args));
  app.view<ViewSubmitAction>(ids.fillForm, async (args) => await onFillSubmit(needs, args));
  app.action<BlockAction<ButtonAction>>(ids.settings, async (args) => await onSettingsWanted(needs, args));
  app.view<ViewSubmitAction>(ids.settingsForm, async (args) => await onSettingsSubmit(needs, args));
  app.view<ViewSubmitAction>(ids.tellingForm, async (args) => await onTellingSubmit(needs, args));
  listenToBatches(app, withForms);
  app.action<BlockAction<ButtonAction>>(ids.handOver, async (args) => await onHandOverWanted(args));
  app.view<ViewSubmitAction>(ids.handOverForm, async (args) => await onHandOverSubmit(needs, args));
  app.action<BlockAction<ButtonAction>>(ids.details, async (args) => await onDetails(needs, args));
  app.action<BlockAction>(ids.accept, async ({ ack }) => await ack());
  listenToCommandButtons(app, withForms);
  app.event('message', async (args) => await onDirectMessage(needs, args));
  listenInHome(app, withForms);
  noteEvents(app, needs);
}

/** App Home: what is pressed there, and what draws it anew. */
function listenInHome(app: App, needs: FormNeeds): void {
  const withHomes = { ...needs, homes: createHomes(needs) };
  app.use(redrawAfterActs(withHomes));
  app.event(ids.homeOpened, async (args) => await onHomeOpened(withHomes, args));
  for (const id of [ids.homeMine, ids.homeAll])
    app.action<BlockAction<ButtonAction>>(id, async (args) => await onHomeChoice(needs, args));
  app.action<BlockAction<ButtonAction>>(
    ids.newDeployment,
    async (args) => await onNewDeployment(needs, args),
  );
  app.action<BlockAction>(ids.openCard, async ({ ack }) => await ack());
}

const heardEvents: string[] = [ids.homeOpened, 'message'];

/** The manifest subscribes to no other event; Bolt acknowledges whatever somebody subscribed to by hand, and the log says it once. */
function noteEvents(app: App, { log }: BotNeeds): void {
  const seen = new Set<string>();
  app.event(/^/, async ({ event: { type } }) => {
    if (seen.has(type) || heardEvents.includes(type)) return;
    seen.add(type);
    log.warn({ what: `event ${type}` }, 'nothing here listens to this; it is acknowledged');
  });
}
