import type { ApprovalRule } from '../domain/configured/approval-rule.ts';
import type { Environment } from '../domain/configured/environment.ts';
import { approvalRuleFor, approvalStanding } from '../domain/deployment/approval.ts';
import type { Deployment, Vote } from '../domain/deployment/deployment.ts';
import { glassInForce } from '../domain/deployment/glass.ts';
import { refuseGlassBreaker } from '../domain/deployment/refuse-glass.ts';
import { rolesInVote } from '../domain/deployment/seats.ts';
import type { Plan } from '../domain/plan/plan.ts';
import type { Person } from '../domain/roles.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { drift, type Drift } from './plan-drift.ts';

/** Who somebody is now. Throws where Slack does not say: the start waits for an answer instead of deciding without one. */
export async function identify(needs: AppNeeds, id: string): Promise<Person> {
  const person = await needs.findPerson(id);
  if (person.standing === 'unknown') throw new Error(`Slack does not say who ${id} is, so the start waits`);
  return person;
}

/**
 * Only people who hold the role now count, also those whose vote another person gave, and those who broke the glass; if
 * too few are left, the approval is void. Null when it holds.
 */
export async function lostApprovals(
  needs: AppNeeds,
  deployment: Deployment,
  plan: Plan,
): Promise<Drift | null> {
  const environment = currentEnvironment(needs.configuration(), plan);
  const voidBy = (why: string): Drift =>
    drift(needs, { deployment, plan }, { plan, hash: deployment.planHash }, [why]);
  const breaker = await lostBreaker(needs, deployment, environment);
  if (breaker) return voidBy(`<@${breaker}> may no longer break the glass for \`${environment.name}\``);
  const rule = approvalRuleFor(environment, deployment);
  const voters = await Promise.all(
    deployment.votes.map(async (vote) => await lookAtVoter(needs, vote, { kind: environment.kind, rule })),
  );
  const votes = voters.map(({ vote }) => vote);
  if (approvalStanding(rule, votes).satisfied) return null;
  const gone = voters.flatMap(({ lost }) => lost ?? []).join(', ') || 'an approver';
  return voidBy(`${gone} may no longer approve for \`${environment.name}\``);
}

async function lostBreaker(
  needs: AppNeeds,
  deployment: Deployment,
  environment: Environment,
): Promise<string | null> {
  const people = glassInForce(deployment.glass)?.people ?? [];
  const facts = { configuration: needs.configuration(), environment, deployment };
  for (const id of people) if (refuseGlassBreaker(await identify(needs, id), facts)) return id;
  return null;
}

/** The vote as it counts now, and who lost what it took. */
async function lookAtVoter(
  needs: AppNeeds,
  vote: Vote,
  under: { kind: string; rule: ApprovalRule | null },
): Promise<{ vote: Vote; lost: string | null }> {
  const caster = await identify(needs, vote.by);
  const owner = vote.for === undefined ? caster : await identify(needs, vote.for);
  const gone = [caster, owner].find(({ standing }) => standing !== 'member');
  const roles = gone ? [] : rolesInVote(owner, needs.configuration(), under);
  const lost = roles.length > 0 ? null : `<@${(gone ?? owner).id}> (${lossOf(gone ?? owner)})`;
  return { vote: { ...vote, roles }, lost };
}

/** Why somebody who approved may not any more. */
function lossOf({ standing }: Person): string {
  const reasons: Record<Person['standing'], string> = {
    member: 'no longer in the role',
    guest: 'now a guest',
    bot: 'a bot',
    deactivated: 'account deactivated',
    stranger: 'of another workspace',
    unknown: 'unknown',
  };
  return reasons[standing];
}
