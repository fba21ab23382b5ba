import type { GlassRequest } from '../domain/deployment/glass.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { accept, refuse } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import type { AppNeeds } from './needs.ts';

/** What is written of a request that too few people joined in time. */
export function lapse({ people }: GlassRequest): DeploymentEvent {
  return { type: 'glass_lapsed', people: people.map(({ by }) => by) };
}

/** Ends a request that too few people joined in time; does nothing to any other. */
export async function lapseGlass(needs: AppNeeds, number: number): Promise<void> {
  await decide<null>(needs, number, ({ deployment }) => {
    const { asked } = deployment.glass;
    if (deployment.state !== 'awaiting_approval' || !asked || asked.lapsesAt > needs.now())
      return refuse({ rule: 'glass', message: 'not due', liftedBy: 'nobody', wayOut: '' });
    return accept({ events: [lapse(asked)], due: [{ remove: 'glass-lapse' }], answer: null });
  });
}
