import type { Button, KnownBlock } from '@slack/types';

import type { HomeDeployment, HomeFacts } from '../../app/read-home.ts';
import { mention } from '../../domain/actor.ts';
import { sayChoice } from '../../domain/deployment/choice.ts';
import type { Hand } from '../../domain/deployment/delegation.ts';
import type { Vote } from '../../domain/deployment/deployment.ts';
import { canDecide, voteAwaited } from '../../domain/deployment/waits-for.ts';
import { quote } from '../../domain/quote.ts';
import type { MemberService } from '../../store/facts.ts';
import { sayApprovals, sayForWhom } from '../../wording/approvals.ts';
import { actions, button, context, header, section } from '../blocks.ts';
import { answerButtons } from '../card/answer-buttons.ts';
import { heldButtons } from '../card/held-members.ts';
import { encodeButton, ids } from '../ids.ts';
import { detailsButton, type Item } from './item.ts';
import { toLookAt, toWatch } from './look-and-watch.ts';
import { type HomeReader, sayInstant, titleOf } from './reader.ts';

/** There is room for so many. */
const shownItems = 8;

/** What only this person and a few others can do something about: what has the nearest deadline first. */
export function waitingBlocks(facts: HomeFacts, reader: HomeReader): KnownBlock[] {
  const items = [
    ...questions(facts, reader),
    ...approvals(facts, reader),
    ...toWatch(facts, reader),
    ...toLookAt(facts, reader),
    ...heldOfTheirs(facts, reader),
  ].toSorted((one, other) => one.until - other.until);
  if (items.length === 0) return [header('Waiting for you'), section('Nothing waits for you.')];
  const more = items.length - shownItems;
  return [
    header(`Waiting for you (${items.length})`),
    ...items.slice(0, shownItems).flatMap(({ blocks }) => blocks),
    ...(more > 0 ? [context(`And ${more} more: they come when those above are decided.`)] : []),
  ];
}

function approvals({ unfinished, now, hands }: HomeFacts, reader: HomeReader): Item[] {
  const { person, configuration, carried } = reader;
  return unfinished.flatMap((one) => {
    const { deployment, environment } = one;
    const { number, expiresAt } = deployment;
    const inHand = carried?.get(number) ?? [];
    const vote = voteAwaited(person, configuration, { deployment, environment, now, carried: inHand });
    if (!vote) return [];
    const text = sayApproval(one, reader, { vote, hands: hands.get(number) });
    const blocks = [section(text), ...actions(`home-approve-${number}`, approvalButtons(one))];
    return [{ until: expiresAt ?? Infinity, blocks }];
  });
}

function sayApproval(
  one: HomeDeployment,
  reader: HomeReader,
  { vote, hands }: { vote: Vote; hands: Hand[] | undefined },
): string {
  const { deployment, environment } = one;
  const { startsAt, expiresAt, requestedBy, requestedVia, reason } = deployment;
  const when = startsAt === null ? 'starts when approved' : `starts ${sayInstant(reader, startsAt)}`;
  const until =
    expiresAt === null
      ? ''
      : ` · approve it before ${expiresAt === startsAt ? 'then' : sayInstant(reader, expiresAt)}`;
  const given = sayApprovals(environment, deployment, hands);
  const by = mention({ by: requestedBy, via: requestedVia });
  return [
    `*${titleOf(one)}* waits for your approval${sayForWhom(vote, deployment)}`,
    `asked by ${by}: ${quote(reason)}`,
    `${when}${until} · ${given.charAt(0).toLowerCase()}${given.slice(1)}`,
  ].join('\n');
}

function approvalButtons({ deployment }: HomeDeployment): Button[] {
  const { number, version, planHash } = deployment;
  const value = encodeButton({ number, version, planHash, question: null });
  return [
    button(ids.approve, 'Approve', value, {
      accessibilityLabel: `Approve deployment ${number}`,
      confirm: {
        title: `Approve #${number}?`,
        text: 'You approve exactly the plan that Details shows.',
        yes: 'Approve',
      },
    }),
    button(ids.reject, 'Reject', value, {
      style: 'danger',
      accessibilityLabel: `Reject deployment ${number}`,
    }),
    detailsButton(number, value),
  ];
}

function questions({ unfinished }: HomeFacts, reader: HomeReader): Item[] {
  return unfinished.flatMap((one) => {
    const { number, version, planHash, question } = one.deployment;
    if (!question || !canDecide(reader.person, reader.configuration, one)) return [];
    const until = sayInstant(reader, question.deadlineAt);
    const text = `*${titleOf(one)}* asks: ${question.text} If nobody answers until ${until}: ${sayChoice(question.defaultChoice)}.`;
    const value = encodeButton({ number, version, planHash, question: question.id });
    const buttons = [...answerButtons(one.deployment).map(plainly), detailsButton(number, value)];
    return {
      until: question.deadlineAt,
      blocks: [section(text), ...actions(`home-question-${number}`, buttons)],
    };
  });
}

/** The Home has one primary button, and that is another. */
function plainly(coloured: Button): Button {
  const plain = { ...coloured };
  delete plain.style;
  return plain;
}

function heldOfTheirs({ environments, holders }: HomeFacts, reader: HomeReader): Item[] {
  const holderOf = new Map(holders.map((holder) => [holder.summary.number, holder]));
  return environments
    .flatMap(({ held }) => held)
    .flatMap((held) => {
      const holder = holderOf.get(held.deployment);
      if (!holder || !waitsForThem(reader, holder, held)) return [];
      return { until: Infinity, blocks: heldBlocks(reader, holder, held) };
    });
}

/** Whoever asked for the deployment, and whose server it is; not once somebody said that it stays out. */
function waitsForThem(
  { person }: HomeReader,
  { deployment, environment }: HomeDeployment,
  { member }: MemberService,
): boolean {
  if (deployment.run?.keptOut.has(member)) return false;
  const isTheirServer = environment.clusters.some(({ name, servers }) =>
    servers.some((server) => server.owner === person.id && (server.name === member || name === member)),
  );
  return deployment.requestedBy === person.id || isTheirServer;
}

function heldBlocks(reader: HomeReader, holder: HomeDeployment, held: MemberService): KnownBlock[] {
  const { environment, member, reason, since, deployment } = held;
  const text = `*${member}* in ${environment} is held out of service since ${sayInstant(reader, since)} by #${deployment}: ${reason}.`;
  const mayDecide = canDecide(reader.person, reader.configuration, holder);
  const buttons = mayDecide ? heldButtons(holder.deployment, held) : [];
  return [section(text), ...actions(`home-held-${environment}-${member}`.slice(0, 255), buttons)];
}
