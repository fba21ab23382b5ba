import type { ApprovalRule, Seats } from '../configured/approval-rule.ts';
import type { Configuration } from '../configured/configuration.ts';
import type { Environment } from '../configured/environment.ts';
import { namesOfRole, rolesOf, type Person } from '../roles.ts';
import type { Deployment, Vote } from './deployment.ts';

/** What stands in a vote, and in `approval.from`, for owning a server of the plan. No role of the file is called so. */
export const ownerRole = 'owner';

/** What decides whose seats there are. */
export type Owned = Pick<Deployment, 'requestedBy'> &
  Partial<Pick<Deployment, 'owners' | 'votes' | 'preparation'>>;

/** Whose vote it is, whoever gave it. */
export function whoseVote(vote: { by: string; for?: string }): string {
  return vote.for ?? vote.by;
}

/** Whether somebody approved as the owner of servers; that is a yes to their deployment as well. */
export function approvedAsOwner(votes: Vote[], owner: string): boolean {
  return votes.some((vote) => whoseVote(vote) === owner && vote.roles.includes(ownerRole));
}

/**
 * The rule with a seat for each owner of planned servers in the place of `owner`. A requester who does not approve has
 * none, nor has an owner whose servers were all left out before they voted. Where that leaves no seat at all, a
 * global_admin approves: nothing that takes an approval goes on without one.
 */
export function withOwnerSeats(rule: ApprovalRule | null, deployment: Owned): ApprovalRule | null {
  if (!rule?.rules.some(({ perOwner }) => perOwner)) return rule;
  const rules = rule.rules.flatMap((seats) => (seats.perOwner ? ownerSeats(rule, deployment) : [seats]));
  return { ...rule, rules: rules.length > 0 ? rules : [{ roles: ['global_admin'], required: 1 }] };
}

function ownerSeats({ excludeRequester }: ApprovalRule, deployment: Owned): Seats[] {
  const { owners = [], votes = [], requestedBy, preparation } = deployment;
  return owners
    .filter(({ owner }) => !excludeRequester || owner !== requestedBy)
    .filter(
      ({ owner, servers }) =>
        approvedAsOwner(votes, owner) || servers.some((server) => !preparation?.excluded.has(server)),
    )
    .map((owned) => ({ roles: [ownerRole], required: 1, owned }));
}

/** Whether a vote may take one of these seats. A person who lost what they voted with has no roles left. */
export function mayTake({ roles, owned }: Seats, vote: Vote): boolean {
  if (owned) return whoseVote(vote) === owned.owner && vote.roles.includes(ownerRole);
  return vote.roles.some((role) => roles.includes(role));
}

/** What a person approves with under a rule: their roles there, and that servers of the plan are theirs. */
export function rolesInVote(
  person: Person,
  configuration: Configuration,
  { kind, rule }: { kind: string; rule: ApprovalRule | null },
): string[] {
  const owns = rule?.rules.some(({ owned }) => owned?.owner === person.id) ?? false;
  const roles = rolesOf(person, configuration, kind);
  return owns && person.standing === 'member' ? [...roles, ownerRole] : roles;
}

/** Whether owners approve there and this person is one, whatever is deployed. */
export function ownsVote({ approval, clusters }: Environment, person: Person): boolean {
  const asked = approval?.rules.some(({ perOwner }) => perOwner) ?? false;
  const owns = clusters.some(({ servers }) => servers.some(({ owner }) => owner === person.id));
  return asked && owns && person.standing === 'member';
}

type Named = Pick<Seats, 'roles' | 'owned' | 'perOwner'>;

/** More owners than these are counted, not named. */
const namedOwners = 3;

/** Who takes such seats, in words: `promotion_admin or the owner of web-1, web-2`. */
export function saySeats(seats: Named[]): string {
  const roles = seats.flatMap((seat) => (isForOwners(seat) ? [] : seat.roles));
  return [...new Set(roles), ...sayOwners(seats)].join(' or ');
}

/** The same in a sentence about what it takes: `the role promotion_admin or the owner of web-1, web-2`. */
export function sayWhatItTakes(seats: Named[]): string {
  const roles = seats.filter((seat) => !isForOwners(seat));
  return [...(roles.length > 0 ? [`the role ${saySeats(roles)}`] : []), ...sayOwners(seats)].join(' or ');
}

/** Whether owners take them, as configured or for one deployment. */
export function isForOwners({ owned, perOwner }: Named): boolean {
  return owned !== undefined || perOwner === true;
}

function sayOwners(seats: Named[]): string[] {
  const owned = seats.flatMap((seat) => seat.owned ?? []);
  const servers = owned.flatMap((each) => each.servers);
  const named =
    owned.length > namedOwners || servers.length > namedServers
      ? [`one of the ${owned.length} owners of ${servers.length} servers`]
      : owned.map((each) => `the owner of ${each.servers.join(', ')}`);
  return seats.some(({ perOwner }) => perOwner) ? [...named, 'the owner of a server there'] : named;
}

const namedServers = 12;

/** Mentions of those who take such seats, for "ask …"; empty where the configuration names nobody. */
export function namesOfSeats(configuration: Configuration, seats: Seats[]): string {
  const names = seats.flatMap(({ roles, owned }) =>
    owned ? [`<@${owned.owner}>`] : [...new Set(roles)].map((role) => namesOfRole(configuration, role)),
  );
  return [...new Set(names.filter(Boolean))].join(', ');
}
