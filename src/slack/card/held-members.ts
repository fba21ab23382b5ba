import type { Button, KnownBlock } from '@slack/types';

import { mention } from '../../domain/actor.ts';
import { type Deployment, hasEnded } from '../../domain/deployment/deployment.ts';
import type { MemberService } from '../../store/facts.ts';
import { actions, button, context, section } from '../blocks.ts';
import { encodeButton, ids } from '../ids.ts';

/** A card has room for so many; the others are named. */
const shownMembers = 4;

/** What a deployment left out of service, why, and what a person can do about it. */
export function heldMembers(deployment: Deployment, members: MemberService[]): KnownBlock[] {
  if (!hasEnded(deployment.state)) return [];
  const isKept = ({ member }: MemberService): number => (deployment.run?.keptOut.has(member) ? 1 : 0);
  const held = members
    .filter(({ inService, deployment: holder }) => inService === 'held' && holder === deployment.number)
    .toSorted((left, right) => isKept(left) - isKept(right));
  const rest = held.slice(shownMembers).map(({ member }) => member);
  return [
    ...held.slice(0, shownMembers).flatMap((member) => heldMember(deployment, member)),
    ...(rest.length > 0
      ? [context(`Held as well: ${rest.join(', ')}. Their buttons come when the others are decided.`)]
      : []),
  ];
}

function heldMember(deployment: Deployment, held: MemberService): KnownBlock[] {
  const { member, reason } = held;
  const kept = deployment.run?.keptOut.get(member);
  const keptBy = kept ? ` Kept out by ${mention(kept)}.` : '';
  return [
    section(`*${member}* is held out of service: ${reason}.${keptBy}`),
    ...actions(`held-${member}`, heldButtons(deployment, held)),
  ];
}

/** What a person can do about a held member. */
export function heldButtons(deployment: Deployment, { member, reason }: MemberService): Button[] {
  const { number, version, planHash, run } = deployment;
  const value = encodeButton({ number, version, planHash, question: null, member });
  const putBack = button(ids.putBack, 'Put back in service', value, {
    accessibilityLabel: `Put ${member} back in service`,
    confirm: {
      title: `Put ${member} back?`,
      text: `${member} takes requests again, whatever runs there now. It is held: ${reason}.`,
      yes: 'Put it back',
    },
  });
  const keep = button(ids.keepOut, 'Keep out', value, { accessibilityLabel: `Keep ${member} out` });
  return run?.keptOut.has(member) ? [putBack] : [putBack, keep];
}
