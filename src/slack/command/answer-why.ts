import type { Button, KnownBlock } from '@slack/types';

import { askToLift } from '../../app/ask-to-lift.ts';
import { once } from '../../app/once.ts';
import { whyNotRunning } from '../../app/why-not-running.ts';
import { hasEnded } from '../../domain/deployment/deployment.ts';
import type { Obstacle } from '../../domain/deployment/obstacle.ts';
import type { Refusal } from '../../domain/verdict.ts';
import { sayRefusal, sayRefusals } from '../../wording/refusal.ts';
import { sayEnd } from '../../wording/state.ts';
import { actions, button, header, type MessageContent, section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import { cardTitle } from '../card/card.ts';
import { tellPresser } from '../card/tell-presser.ts';
import type { Press } from '../heard.ts';
import { ids } from '../ids.ts';

/** `/deploy why N`: each reason with who can lift it, the way out, and a button that asks them. */
export async function answerWhy(
  { app }: BotNeeds,
  { number, by }: { number: number; by: string },
): Promise<MessageContent> {
  const why = await whyNotRunning(app, number);
  if (!why.ok) return refusedContent(why.refusals, []);
  const { deployment, plan, obstacles } = why.value;
  const title = cardTitle(number, plan);
  const state = sayEnd(deployment);
  const nothing = hasEnded(deployment.state)
    ? 'Nothing is left to do.'
    : deployment.state === 'running'
      ? 'Nothing keeps it: it is under way.'
      : 'Nothing keeps it: it begins in a moment.';
  const reasons = await Promise.all(
    obstacles.map(async (obstacle) => await reasonBlocks({ app }, { number, by }, obstacle)),
  );
  return {
    text: `${title}: ${obstacles[0]?.message ?? state}`,
    blocks: [
      header(title),
      section(`*${state}*${obstacles.length === 0 ? ` · ${nothing}` : ''}`),
      ...reasons.flat(),
    ],
  };
}

async function reasonBlocks(
  needs: Pick<BotNeeds, 'app'>,
  about: { number: number; by: string },
  obstacle: Obstacle,
): Promise<KnownBlock[]> {
  const { rule, message, liftedBy, wayOut } = obstacle;
  const lifted = liftedBy === 'nobody' ? '' : `Lifted by ${liftedBy}. `;
  const text = section(`${message} (${rule})\n${lifted}${wayOut}`);
  const asks = await askButton(needs, about, obstacle);
  return [asks ? { ...text, accessory: asks } : text];
}

async function askButton(
  { app }: Pick<BotNeeds, 'app'>,
  { number, by }: { number: number; by: string },
  { rule, people, liftedBy }: Obstacle,
): Promise<Button | null> {
  // Nobody asks themself.
  const [first = '', second] = people.filter((mention) => mention !== `<@${by}>`);
  if (first === '') return null;
  const user = second === undefined ? /^<@(\w+)>$/.exec(first)?.[1] : undefined;
  const who = user === undefined ? liftedBy : `@${(await app.findPerson(user)).name}`;
  return button(ids.askToLift, `Ask ${who}`, JSON.stringify({ number, rule }), {
    accessibilityLabel: `Ask ${who} about ${rule} of deployment ${number}`,
  });
}

/** A "no" about a deployment, with the buttons that ask whoever can lift what it says. */
export async function refusedMessage(
  needs: BotNeeds,
  { number, by, refusals }: { number: number; by: string; refusals: Refusal[] },
): Promise<MessageContent> {
  const why = await whyNotRunning(needs.app, number);
  const rules = new Set(refusals.map(({ rule }) => rule));
  const named = why.ok ? why.value.obstacles.filter(({ rule }) => rules.has(rule)) : [];
  const asks = await Promise.all(
    named.map(async (obstacle) => await askButton(needs, { number, by }, obstacle)),
  );
  return refusedContent(
    refusals,
    asks.filter((each) => each !== null),
  );
}

function refusedContent(refusals: Refusal[], asks: Button[]): MessageContent {
  const text = sayRefusals(refusals);
  return { text, blocks: [section(text), ...actions('ask', asks)] };
}

/** A press on *Ask @ana*: asked once in the deployment's thread, and said so to who pressed. */
export async function onAskToLift(
  needs: BotNeeds,
  { body, action, ack, client, respond }: Press,
): Promise<void> {
  const { number, rule } = Object(JSON.parse(action.value ?? '{}')) as { number?: unknown; rule?: unknown };
  if (typeof number !== 'number' || typeof rule !== 'string') return await ack();
  const by = body.user.id;
  const envelope = { key: `ask:${body.trigger_id}`, what: `ask #${number}`, by, at: needs.app.now() };
  const verdict = await once(
    needs.app.store,
    envelope,
    async () => await askToLift(needs.app, { by, number, rule }),
  );
  await ack();
  const sentence = verdict.ok
    ? `Asked ${verdict.value.people.join(', ')} in the thread of #${number}.`
    : verdict.refusals.map(sayRefusal).join('\n');
  await tellPresser(needs, { body, client, respond }, sentence);
}
