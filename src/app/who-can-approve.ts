import { approvalRuleFor, approvalStanding } from '../domain/deployment/approval.ts';
import { whoseVote } from '../domain/deployment/seats.ts';
import type { AppNeeds } from './needs.ts';
import { type Ballot, handsThatCount } from './voices.ts';
import { mentionsOf } from './who-to-ask.ts';

/**
 * Mentions of whoever can still give an approval that is missing: the people of the open seats, and those who carry a
 * vote for one. Not those who voted, nor a requester who may not, nor anybody who has left.
 */
export async function whoCanApprove(needs: AppNeeds, ballot: Ballot): Promise<string[]> {
  const { deployment, environment } = ballot;
  const rule = approvalRuleFor(environment, deployment);
  const { open } = approvalStanding(rule, deployment.votes);
  const done = deployment.votes.flatMap((vote) => [vote.by, whoseVote(vote)]);
  const but = rule?.excludeRequester ? [...done, deployment.requestedBy] : done;
  const own = await mentionsOf(needs, {
    environment,
    roles: [...new Set(open.flatMap(({ roles, owned }) => (owned ? [] : roles)))],
    people: open.flatMap(({ owned }) => owned?.owner ?? []),
    but,
  });
  const carriers = (await handsThatCount(needs, ballot)).map(({ to }) => `<@${to}>`);
  return [...new Set([...own, ...carriers])];
}
