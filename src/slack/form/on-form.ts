import type {
  AllMiddlewareArgs,
  BlockAction,
  SlackActionMiddlewareArgs,
  SlackOptionsMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt';

import { once } from '../../app/once.ts';
import { requestDeployment, type RequestedDeployment } from '../../app/request-deployment.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import type { Refusal, Verdict } from '../../domain/verdict.ts';
import { sayRefusal } from '../../wording/refusal.ts';
import type { BotNeeds } from '../bot.ts';
import { cut, mrkdwn, slackInstant } from '../escape.ts';
import { ids } from '../ids.ts';
import { drawForm, readMetadata } from './draw-form.ts';
import type { FormNeeds } from './follow-answers.ts';
import { type FormState, readForm } from './form-state.ts';
import { option } from './form.ts';
import { asksWhichTime } from './which-time.ts';

const maxOptions = 100;
const longestOption = 75;

/** The search in *Revisions or package*. */
export async function onSelectionSearch(
  needs: BotNeeds,
  { options, ack }: AllMiddlewareArgs & SlackOptionsMiddlewareArgs<'block_suggestion'>,
): Promise<void> {
  const query = options.value.trim().toLowerCase();
  const entries = await needs.listCatalog();
  const found = entries.filter(
    ({ name }) => name.toLowerCase().includes(query) && name.length <= longestOption,
  );
  await ack({
    options: found.slice(0, maxOptions).map(({ name, description }) => option(name, name, description)),
  });
}

/** Any change in the form: the plan follows, and nothing typed is lost. */
export async function onFormChange(
  needs: FormNeeds,
  { body, ack, client }: AllMiddlewareArgs & SlackActionMiddlewareArgs<BlockAction>,
): Promise<void> {
  if (body.view) needs.follower.leave(body.view.id);
  await ack();
  if (!body.view) return;
  const person = await needs.app.findPerson(body.user.id);
  const { channel, joins } = readMetadata(body.view.private_metadata);
  const state = readForm(body.view.state.values);
  const more = { channel, notice: null, joins: joins ?? null };
  const view = await drawForm(needs, state, person, more);
  const updated = await client.views.update({ view_id: body.view.id, view });
  needs.follower.follow(client, { view: updated.view, state, person, more });
}

/** Sending the form: a deployment, or every mistake under its field. */
export async function onFormSubmit(
  needs: BotNeeds,
  { body, view, ack, client }: AllMiddlewareArgs & SlackViewMiddlewareArgs<ViewSubmitAction>,
): Promise<void> {
  const state = readForm(view.state.values);
  const { channel, hash, joins = null } = readMetadata(view.private_metadata);
  const person = await needs.app.findPerson(body.user.id);
  const missing = missingFields(state);
  if (missing) return await ack({ response_action: 'errors', errors: missing });
  if (asksWhichTime(state, person.timezone)) {
    // Whoever sends it before the field has come gets it now.
    const notice = 'This time comes twice, because the clocks go back. Choose which one is meant.';
    const redrawn = await drawForm(needs, state, person, { channel, notice });
    return await ack({ response_action: 'update', view: redrawn });
  }

  const at = needs.app.now();
  const envelope = { key: `form:${body.trigger_id}`, what: 'sent the form', by: body.user.id, at };
  const verdict = await once<Verdict<RequestedDeployment>>(
    needs.app.store,
    envelope,
    async () =>
      await requestDeployment(needs.app, {
        key: `form:${view.id}`,
        by: body.user.id,
        environment: state.environment ?? '',
        selection: state.selection,
        servers: state.servers.length === 0 ? null : state.servers,
        startsAt: state.when === 'at' ? state.dateTime : null,
        typed: state.dateTime === null ? null : sayTime(state.dateTime, person.timezone),
        zone: person.timezone,
        reason: state.reason,
        acceptedWarnings: state.accepted ? warningsOnScreen(view.blocks) : 0,
        shownHash: hash,
        joins,
      }),
  );
  if (verdict.ok) {
    await ack();
    return await sayRequested(client, verdict.value, channel, body.user.id);
  }
  const stale = verdict.refusals.find(({ rule }) => rule === 'plan-changed');
  if (stale) {
    const redrawn = await drawForm(needs, state, person, { channel, notice: stale.message, joins });
    return await ack({ response_action: 'update', view: redrawn });
  }
  await ack({ response_action: 'errors', errors: errorsByField(verdict.refusals, state, joins) });
}

function missingFields(state: FormState): Record<string, string> | null {
  const errors = {
    ...(state.selection.length === 0 && { [ids.selection]: 'Choose at least one revision, or one package.' }),
    ...(state.environment === null && { [ids.environment]: 'Choose an environment.' }),
    ...(state.when === 'at' && state.dateTime === null && { [ids.dateTime]: 'Choose a date and a time.' }),
  };
  return Object.keys(errors).length === 0 ? null : errors;
}

/** How many warnings the checkbox on the screen named: `I accept 2 warnings`. */
function warningsOnScreen(blocks: { type: string; block_id?: string }[]): number {
  const accept = blocks.find((block) => block.block_id === ids.accept);
  const match = /I accept (\d+) warning/.exec(JSON.stringify(accept ?? {}));
  return Number(match?.[1] ?? 0);
}

const longestError = 1_500;

/** Each refusal under the field that can mend it. */
function errorsByField(refusals: Refusal[], state: FormState, joins: number | null): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const refusal of refusals) {
    const field = fieldOf(refusal.rule, state, joins);
    const sentence = sayRefusal(refusal);
    errors[field] = cut(
      errors[field] === undefined ? sentence : `${errors[field]} ${sentence}`,
      longestError,
    );
  }
  return errors;
}

function fieldOf(rule: string, state: FormState, joins: number | null): string {
  // The hour of a batch is no field: whoever joins another one, or another environment, is right.
  const timeField = joins !== null ? ids.environment : state.when === 'at' ? ids.dateTime : ids.when;
  const fields: Record<string, string> = {
    'O-01': timeField,
    windows: timeField,
    freezes: timeField,
    reason: ids.reason,
    warnings: ids.reason,
    servers: ids.serversOf(state.environment),
    selection: ids.selection,
    'unknown-revision': ids.selection,
    immutable: ids.selection,
    parts: ids.selection,
  };
  return fields[rule] ?? ids.environment;
}

/** The card stands in the environment's channel; the person learns where, in the channel they typed in. */
async function sayRequested(
  client: AllMiddlewareArgs['client'],
  { number, title, environment, channel, startsAt, needsApproval }: RequestedDeployment,
  typedIn: string | null,
  user: string,
): Promise<void> {
  if (typedIn === null || typedIn === channel) return;
  const when = startsAt === null ? '' : `, ${slackInstant(startsAt, sayTime(startsAt, 'UTC'))}`;
  const waits = needsApproval ? ' It waits for approval.' : '';
  const text = `${mrkdwn(`#${number} ${title} → ${environment}${when}`)}: its card is in <#${channel}>.${waits}`;
  await client.chat.postEphemeral({ channel: typedIn, user, text }).catch(() => undefined);
}
