import type { ApprovalRule } from '../../domain/configured/approval-rule.ts';
import type { Vote } from '../../domain/deployment/deployment.ts';
import { ownerRole } from '../../domain/deployment/seats.ts';
import type { NoticeFacts } from './notice.ts';
import { peopleWithRoles } from './people-with-roles.ts';

/** The votes that people could give, by person: their own by role or ownership, and then those in their hands. */
export async function candidatesOf(
  facts: NoticeFacts,
  { rule, kind }: { rule: ApprovalRule; kind: string },
): Promise<Map<string, Vote[]>> {
  const { requestedBy } = facts.deployment;
  const roles = rule.rules.flatMap((seats) => (seats.owned ? [] : seats.roles));
  const held = await peopleWithRoles(facts, kind, roles);
  for (const { owned } of rule.rules)
    if (owned) held.set(owned.owner, [...(held.get(owned.owner) ?? []), ownerRole]);
  if (rule.excludeRequester) held.delete(requestedBy);
  const own = [...held].map(([by, mine]): Vote => ({ by, roles: mine, at: 0 }));
  const carried = facts.hands.flatMap(({ by, to }): Vote[] => {
    const theirs = held.get(by);
    return theirs && to !== requestedBy ? [{ by: to, for: by, roles: theirs, at: 0 }] : [];
  });
  const people = new Map<string, Vote[]>();
  for (const vote of [...own, ...carried]) people.set(vote.by, [...(people.get(vote.by) ?? []), vote]);
  return people;
}
