import type {
  AllMiddlewareArgs,
  BlockAction,
  SlackActionMiddlewareArgs,
  SlackOptionsMiddlewareArgs,
} from '@slack/bolt';

import { offerEntries } from '../../app/offer-entries.ts';
import { once } from '../../app/once.ts';
import { requestDeployment, type RequestedDeployment } from '../../app/request-deployment.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import type { Refusal, Verdict } from '../../domain/verdict.ts';
import { sayRefusal } from '../../wording/refusal.ts';
import type { BotNeeds } from '../bot.ts';
import { cut, mrkdwn, slackInstant } from '../escape.ts';
import type { Submit } from '../heard.ts';
import { ids } from '../ids.ts';
import { drawForm, drawFormAnyway, readMetadata } from './draw-form.ts';
import { fieldOf } from './field-problems.ts';
import { option } from './fields.ts';
import type { FormNeeds } from './follow-answers.ts';
import { type FormState, readForm } from './form-state.ts';
import { isClosed } from './open-form.ts';
import { asksWhichTime } from './which-time.ts';

const maxOptions = 100;
const longestOption = 75;

/** Whoever sends a form before its plan has come has seen none: no plan has this hash. */
const nonShown = '';
const firstShown = 'The plan had not come when this was sent. Here it is: look at it, and send it again.';

/** The search in *Revisions or package*: what the person may deploy to the environment that is chosen. */
export async function onSelectionSearch(
  { app, listCatalog }: BotNeeds,
  { options, ack }: AllMiddlewareArgs & SlackOptionsMiddlewareArgs<'block_suggestion'>,
): Promise<void> {
  const environment = chosenEnvironment(options.view);
  const { fitting, leftOut } = offerEntries(await listCatalog(), {
    person: await app.findPerson(options.user.id),
    configuration: app.configuration(),
    environment,
    words: options.value,
  });
  const offered = fitting
    .filter(({ name }) => name.length <= longestOption)
    .slice(0, maxOptions)
    .map(({ name, description }) => option(name, name, description));
  if (leftOut === 0 || offered.length === 0) return await ack({ options: offered });
  const label = cut(`for you in ${environment ?? ''}; ${leftOut} others are not`, longestOption);
  await ack({ option_groups: [{ label: { type: 'plain_text', text: label }, options: offered }] });
}

/** As it stands in the view, or as it was drawn last. */
function chosenEnvironment(
  view: SlackOptionsMiddlewareArgs<'block_suggestion'>['options']['view'],
): string | null {
  if (!view) return null;
  const drawn = readMetadata(view.private_metadata).environment;
  const values: unknown = view.state?.values;
  return typeof values === 'object' ? (readForm(view.state.values).environment ?? drawn) : drawn;
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
  const more = { channel, notice: null, joins };
  const view = await drawFormAnyway(needs, state, person, more);
  try {
    const updated = await client.views.update({ view_id: body.view.id, view });
    needs.follower.follow(client, { view: updated.view, state, person, more });
  } catch (error) {
    if (!isClosed(error)) throw error;
  }
}

/** Sending the form: a deployment, or every mistake under its field. */
export async function onFormSubmit(needs: BotNeeds, { body, view, ack, client }: Submit): Promise<void> {
  const state = readForm(view.state.values);
  const { channel, hash, joins } = readMetadata(view.private_metadata);
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
        acceptedWarnings: state.accepted,
        shownHash: hash ?? nonShown,
        joins,
      }),
  );
  if (verdict.ok) {
    await ack();
    return await sayRequested(client, verdict.value, channel, body.user.id);
  }
  const stale = verdict.refusals.find(({ rule }) => rule === 'plan-changed');
  if (stale) {
    const notice = hash === null ? firstShown : stale.message;
    const redrawn = await drawForm(needs, state, person, { channel, notice, joins });
    return await ack({ response_action: 'update', view: redrawn });
  }
  await ack({ response_action: 'errors', errors: errorsByField(verdict.refusals, state, view.blocks) });
}

function missingFields(state: FormState): Record<string, string> | null {
  const errors = {
    ...(state.selection.length === 0 && { [ids.selection]: 'Choose at least one revision, or one package.' }),
    ...(state.environment === null && { [ids.environment]: 'Choose an environment.' }),
    ...(state.when === 'at' && state.dateTime === null && { [ids.dateTime]: 'Choose a date and a time.' }),
  };
  return Object.keys(errors).length === 0 ? null : errors;
}

const longestError = 1_500;

/** Each refusal under the field that can mend it; Slack takes errors only for fields that stand in the view. */
function errorsByField(
  refusals: Refusal[],
  state: FormState,
  blocks: { block_id?: string }[],
): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const refusal of refusals) {
    const own = fieldOf(refusal, state);
    const field = blocks.some(({ block_id: id }) => id === own) && own !== null ? own : ids.environment;
    const sentence = sayRefusal(refusal);
    errors[field] = cut(
      errors[field] === undefined ? sentence : `${errors[field]} ${sentence}`,
      longestError,
    );
  }
  return errors;
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
