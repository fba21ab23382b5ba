import { sayState } from '../domain/deployment/say-state.ts';
import { rolesOf } from '../domain/roles.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { decidedAlready } from './decided-already.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { voicesOf } from './voices.ts';

/** A rejection with its reason. */
export interface RejectDeployment {
  by: string;
  number: number;
  reason: string;
}

const approvalEnds = new Set(['approved', 'rejected', 'cancelled', 'glass_broken']);

/** Ends a deployment that waits for approval. Whoever may approve may reject, and needs a reason. */
export async function rejectDeployment(needs: AppNeeds, request: RejectDeployment): Promise<Verdict<number>> {
  const reason = request.reason.trim();
  if (reason === '')
    return refuse({
      rule: 'reason',
      message: 'A rejection needs a reason.',
      liftedBy: 'you',
      wayOut: 'Say in a sentence why.',
    });
  const person = await needs.findPerson(request.by);
  return await decide<number>(needs, request.number, async ({ deployment, plan }) => {
    if (deployment.state !== 'awaiting_approval')
      return refuse({
        rule: 'law-14',
        message:
          (await decidedAlready(needs.store, deployment, ({ type }) => approvalEnds.has(type))) ??
          `#${deployment.number} waits for no approval any more: it is ${sayState(deployment.state)}.`,
        liftedBy: 'nobody',
        wayOut: `See \`/deploy show ${deployment.number}\`.`,
      });
    const environment = currentEnvironment(needs.configuration(), plan);
    const { votes, refusal } = await voicesOf(needs, person, { deployment, environment });
    const mayReject = rolesOf(person, needs.configuration(), environment.kind).includes('global_admin');
    if (refusal && votes.length === 0 && !mayReject) return refuse(refusal);
    return accept({
      events: [{ type: 'rejected', by: person.id, reason }],
      due: [{ remove: 'start' }, { remove: 'expire' }, { remove: 'remind' }, { remove: 'glass-lapse' }],
      answer: deployment.number,
    });
  });
}
