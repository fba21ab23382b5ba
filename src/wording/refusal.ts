import type { Refusal } from '../domain/verdict.ts';

/** A refusal in full: what is wrong, the rule, who can lift it, the way out. */
export function sayRefusal({ message, rule, liftedBy, wayOut }: Refusal): string {
  const lifted = liftedBy === 'nobody' ? '' : ` Lifted by: ${liftedBy}.`;
  return `${message} (${rule})${lifted} ${wayOut}`.trim();
}

/** All refusals, each on its line. */
export function sayRefusals(refusals: Refusal[]): string {
  return refusals
    .map((refusal) => (refusals.length > 1 ? `• ${sayRefusal(refusal)}` : sayRefusal(refusal)))
    .join('\n');
}
