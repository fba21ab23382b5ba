import type { Environment } from '../domain/configured/environment.ts';
import { approvalRuleFor, approvalStanding } from '../domain/deployment/approval.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import type { Exclusion } from '../domain/deployment/preparation.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import type { Refusal } from '../domain/verdict.ts';
import type { DueChange } from '../store/due.ts';
import { approvedDue, nextStep } from './approve-deployment.ts';

/** A deployment, the environment as it is configured now, and servers of it. */
interface About {
  deployment: Deployment;
  environment: Environment;
  servers: string[];
}

/** An owner whose servers are all left out has nothing to approve: where only they were missing, it goes on. */
export function goesOnWithout(
  { deployment, environment, servers }: About,
  now: number,
): { events: DeploymentEvent[]; due?: DueChange[] } {
  if (deployment.state !== 'awaiting_approval') return { events: [] };
  const nobody: Exclusion = { by: '', at: now, reason: '', cause: 'owner' };
  const excluded = new Map(deployment.preparation.excluded);
  for (const server of servers) excluded.set(server, nobody);
  return isApproved(environment, deployment, excluded)
    ? { events: [nextStep(deployment, now)], due: approvedDue }
    : { events: [] };
}

/** What was approved without the owner of servers that were left out is not deployed to them after all. */
export function refuseUnapproved({ deployment, environment, servers }: About): Refusal | null {
  const { number, state, preparation } = deployment;
  const excluded = new Map([...preparation.excluded].filter(([name]) => !servers.includes(name)));
  const isNow = isApproved(environment, deployment, preparation.excluded);
  if (state === 'awaiting_approval' || !isNow || isApproved(environment, deployment, excluded)) return null;
  return {
    rule: 'approval.from',
    message: `#${number} was approved while ${servers.join(', ')} ${servers.length === 1 ? 'was' : 'were'} left out, without the approval of the owner.`,
    liftedBy: 'nobody',
    wayOut: `Request ${servers.join(', ')} as a deployment of its own.`,
  };
}

function isApproved(
  environment: Environment,
  deployment: Deployment,
  excluded: Deployment['preparation']['excluded'],
): boolean {
  const preparation = { ...deployment.preparation, excluded };
  const rule = approvalRuleFor(environment, { ...deployment, preparation });
  return approvalStanding(rule, deployment.votes).satisfied;
}
