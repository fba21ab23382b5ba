import type { Configuration } from '../configured/configuration.ts';
import type { Environment } from '../configured/environment.ts';
import { approvalRuleFor, approvalStanding } from './approval.ts';
import type { Deployment } from './deployment.ts';

/** Mentions of whoever can still approve: not of those who did, nor of a requester who may not. */
export function whoMayApprove(
  { roles }: Configuration,
  environment: Environment,
  deployment: Deployment,
): string[] {
  const rule = approvalRuleFor(environment, deployment);
  const { missing } = approvalStanding(rule, deployment.votes);
  const done = new Set(deployment.votes.map(({ by }) => by));
  if (rule?.excludeRequester) done.add(deployment.requestedBy);
  const mentions = missing.flatMap((name) => [
    ...(roles[name]?.users ?? []).filter((id) => !done.has(id)).map((id) => `<@${id}>`),
    ...(roles[name]?.usergroups ?? []).map((id) => `<!subteam^${id}>`),
  ]);
  return [...new Set(mentions)];
}
