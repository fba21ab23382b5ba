import { type FilledIn, fillProperties } from '../../app/fill-properties.ts';
import { findEnvironment } from '../../app/find-environment.ts';
import { once } from '../../app/once.ts';
import { type FilledProperty, fillable, refuseFiller } from '../../domain/plan/filled-properties.ts';
import type { Person } from '../../domain/roles.ts';
import { missingProperties } from '../../domain/rules/properties.ts';
import type { Refusal, Verdict } from '../../domain/verdict.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import type { BotNeeds } from '../bot.ts';
import { cut } from '../escape.ts';
import type { Press, Submit } from '../heard.ts';
import { drawForm, planOf, readMetadata } from './draw-form.ts';
import { answerView, filledView, type FillMetadata, fillView, readFilled } from './fill-view.ts';
import { readForm } from './form-state.ts';

const longestError = 1_500;

/** A press on *Fill in the 3 missing values*: a form over the form, with what is missing at this moment. */
export async function onFillWanted(needs: BotNeeds, { body, ack, client }: Press): Promise<void> {
  await ack();
  if (!body.view) return;
  const state = readForm(body.view.state.values);
  const { channel, joins } = readMetadata(body.view.private_metadata);
  const person = await needs.app.findPerson(body.user.id);
  const { planned } = await planOf(needs, state, person);
  const missing = planned && missingProperties(planned.plan);
  const refusal = refuseHere(needs, person, state.environment);
  const view =
    missing === null || fillable(missing).length === 0
      ? answerView('Nothing is missing any more. Go back, and change anything to have it checked again.')
      : refusal
        ? answerView(sayRefusals([refusal]))
        : fillView(missing, { form: body.view.id, channel, joins, state });
  await client.views.push({ trigger_id: body.trigger_id, view });
}

function refuseHere({ app }: BotNeeds, person: Person, environment: string | null): Refusal | null {
  const configuration = app.configuration();
  const found = findEnvironment(configuration, environment ?? '');
  return found.ok ? refuseFiller(person, configuration, found.value) : null;
}

/** The values: stored once, then everything is checked again, in the answer and in the form behind it. */
export async function onFillSubmit(needs: BotNeeds, { body, view, ack, client }: Submit): Promise<void> {
  const metadata = JSON.parse(view.private_metadata) as FillMetadata;
  const { state, channel, joins = null } = metadata;
  const fields = readFilled(view);
  const { app } = needs;
  const by = body.user.id;
  const environment = state.environment ?? '';
  const envelope = { key: `fill:${body.trigger_id}`, what: `fill in ${environment}`, by, at: app.now() };
  const verdict = await once<Verdict<FilledIn>>(
    app.store,
    envelope,
    async () => await fillProperties(app, { by, environment, properties: [...fields.values()] }),
  );
  if (!verdict.ok)
    return await ack({ response_action: 'errors', errors: errorsOf(verdict.refusals, fields) });
  const person = await app.findPerson(by);
  const { refusals } = await planOf(needs, state, person);
  const { given, kept } = verdict.value;
  const answer = filledView(
    given.length,
    kept.map(({ name }) => name),
    refusals,
  );
  await ack({ response_action: 'update', view: answer });
  const form = await drawForm(needs, state, person, { channel, notice: null, joins });
  await client.views
    .update({ view_id: metadata.form, view: form })
    .catch((error: unknown) => needs.log.warn({ error }, 'the form behind the values was closed meanwhile'));
}

/** Each refusal under the field whose name it says; what is about none of them stands under the first. */
function errorsOf(refusals: Refusal[], fields: Map<string, FilledProperty>): Record<string, string> {
  const errors: Record<string, string> = {};
  const [first = ''] = fields.keys();
  for (const refusal of refusals) {
    const mine = [...fields].filter(([, { name }]) => refusal.message.includes(name)).map(([id]) => id);
    for (const id of mine.length > 0 ? mine : [first])
      errors[id] = cut(`${errors[id] ?? ''} ${sayRefusals([refusal])}`.trim(), longestError);
  }
  return errors;
}
