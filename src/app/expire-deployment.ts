import type { Deployment } from '../domain/deployment/deployment.ts';
import { accept, refuse } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import type { AppNeeds } from './needs.ts';

/** Ends a deployment that was not approved in time; does nothing to one that was. */
export async function expireDeployment(needs: AppNeeds, number: number): Promise<void> {
  await decide<null>(needs, number, ({ deployment }) => {
    const { state, expiresAt } = deployment;
    if (state !== 'awaiting_approval' || expiresAt === null || expiresAt > needs.now())
      return refuse({ rule: 'expired', message: 'not due', liftedBy: 'nobody', wayOut: '' });
    const reason = whyExpired(deployment);
    return accept({
      events: [{ type: 'expired', reason }],
      due: [{ remove: 'start' }, { remove: 'expire' }, { remove: 'remind' }],
      answer: null,
    });
  });
}

/** What had to be approved once more, where it was approved before. */
function whyExpired({ expiresAt, startsAt, planChanges }: Deployment): string {
  if (planChanges.length > 0) return `it was not approved again in time: ${planChanges.join('; ')}`;
  return expiresAt === startsAt ? 'it was not approved before its start' : 'it was not approved in time';
}
