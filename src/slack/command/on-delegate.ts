import { delegateAll, delegateOne } from '../../app/delegate-vote.ts';
import type { AppNeeds } from '../../app/needs.ts';
import { once } from '../../app/once.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { parseTypedTime } from '../../domain/calendar/typed-time.ts';
import { accept, type Verdict } from '../../domain/verdict.ts';
import { sayHandedOver } from '../../wording/delegation.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import { section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import { cut, mrkdwn, slackInstant } from '../escape.ts';
import type { Submit, Typed } from '../heard.ts';
import { ids } from '../ids.ts';
import { delegateForm } from './delegate-form.ts';
import type { Delegate } from './delegate-text.ts';

type Arguments = Pick<Typed, 'command' | 'ack' | 'client'>;

const dayMs = 86_400_000;
const longestError = 1_500;

/** Hands the vote over as it was typed, and says what that means. */
export async function answerDelegate(app: AppNeeds, typed: Delegate, by: string): Promise<string> {
  const { timezone } = await app.findPerson(by);
  const until = parseTypedTime(typed.until, app.now(), timezone);
  if (typed.number === null && !until.ok) return sayRefusals(until.refusals);
  return sayVerdict(await handOver(app, { by, typed, until: until.ok ? until.value : null }));
}

interface Request {
  by: string;
  typed: Omit<Delegate, 'do' | 'until'>;
  until: number | null;
}

/** What was handed over, in one sentence. */
async function handOver(app: AppNeeds, { by, typed, until }: Request): Promise<Verdict<string>> {
  const to = typed.to ?? '';
  if (typed.number !== null) {
    const verdict = await delegateOne(app, { by, to, number: typed.number });
    return verdict.ok ? accept(sayHandedOver({ ...verdict.value, until: null })) : verdict;
  }
  const environment = typed.environment ?? '';
  const verdict = await delegateAll(app, { by, to, environment, until });
  if (!verdict.ok) return verdict;
  const { timezone } = await app.findPerson(by);
  const end = slackInstant(verdict.value.until, sayTime(verdict.value.until, timezone));
  return accept(sayHandedOver({ to, where: `\`${environment}\``, until: end }));
}

function sayVerdict(verdict: Verdict<string>): string {
  return verdict.ok ? verdict.value : sayRefusals(verdict.refusals);
}

/** `/deploy delegate` with words missing: the form asks for them. */
export async function openDelegateForm(
  { app }: BotNeeds,
  typed: Delegate,
  { command, ack, client }: Arguments,
): Promise<void> {
  const environments = app.configuration().environments.filter(({ approval }) => approval !== null);
  if (environments.length === 0 && typed.number === null) {
    const text = 'No environment asks for approval, so there is no vote to hand over.';
    return await ack({ response_type: 'ephemeral', text, blocks: [section(text)] });
  }
  await ack();
  const { timezone } = await app.findPerson(command.user_id);
  const read = parseTypedTime(typed.until, app.now(), timezone);
  const until = (read.ok ? read.value : null) ?? app.now() + dayMs;
  const metadata = JSON.stringify({ channel: command.channel_id, number: typed.number });
  const view = delegateForm({ typed, environments, until, metadata });
  await client.views.open({ trigger_id: command.trigger_id, view });
}

/** The vote goes over as the form says; a refusal stands under the person. */
export async function onDelegateSubmit(
  { app, log }: BotNeeds,
  { body, view, ack, client }: Submit,
): Promise<void> {
  const { channel, number } = JSON.parse(view.private_metadata) as { channel: string; number: number | null };
  const field = (id: string) => view.state.values[id]?.[id];
  const seconds = field(ids.delegateUntil)?.selected_date_time ?? null;
  const typed = {
    to: field(ids.delegateTo)?.selected_user ?? null,
    environment: field(ids.delegateWhere)?.selected_option?.value ?? null,
    number,
  };
  const request = { by: body.user.id, typed, until: seconds === null ? null : seconds * 1_000 };
  const what = `delegate ${number === null ? typed.environment : `#${number}`}`;
  const envelope = { key: `delegate:${body.trigger_id}`, what, by: request.by, at: app.now() };
  const verdict = await once(app.store, envelope, async () => await handOver(app, request));
  if (!verdict.ok) {
    const sentence = cut(sayRefusals(verdict.refusals), longestError);
    return await ack({ response_action: 'errors', errors: { [ids.delegateTo]: sentence } });
  }
  await ack();
  await client.chat
    .postEphemeral({ channel, user: request.by, text: mrkdwn(verdict.value) })
    .catch((error: unknown) => log.warn({ error }, 'who handed a vote over could not be told'));
}
