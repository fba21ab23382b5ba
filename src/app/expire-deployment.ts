import { accept, refuse } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import type { AppNeeds } from './needs.ts';

/** Ends a deployment that was not approved in time; does nothing to one that was. */
export async function expireDeployment(needs: AppNeeds, number: number): Promise<void> {
  await decide<null>(needs, number, ({ deployment }) => {
    const { state, expiresAt } = deployment;
    if (state !== 'awaiting_approval' || expiresAt === null || expiresAt > needs.now())
      return refuse({ rule: 'expired', message: 'not due', liftedBy: 'nobody', wayOut: '' });
    const reason =
      expiresAt === deployment.startsAt
        ? 'it was not approved before its start'
        : 'it was not approved in time';
    return accept({
      events: [{ type: 'expired', reason }],
      due: [{ remove: 'start' }, { remove: 'expire' }, { remove: 'remind' }],
      answer: null,
    });
  });
}
