import type { Verdict } from '../domain/verdict.ts';
import { joined } from './joined.ts';
import { sayRefusals } from './refusal.ts';

/** Who votes for whom from now on, and how that ends. */
export function sayHandedOver({
  to,
  where,
  until,
}: {
  to: string;
  where: string;
  until: string | null;
}): string {
  const end = until === null ? '' : ` until ${until}`;
  return `<@${to}> can give your vote for ${where}${end}, and so can you: it counts once. They are asked for it as you are. \`/deploy delegate off\` takes it back.`;
}

/** Which votes are back; none where none was away. */
export function sayTakenBack(verdict: Verdict<{ to: string; where: string }[]>): string {
  if (!verdict.ok) return sayRefusals(verdict.refusals);
  if (verdict.value.length === 0) return 'No vote of yours is in another hand.';
  const back = verdict.value.map(({ to, where }) => `${where} (from <@${to}>)`);
  return `Your vote is yours alone again for ${joined(back)}. What was given with it stays given.`;
}
