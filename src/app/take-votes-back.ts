import { whoseVote } from '../domain/deployment/seats.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';
import type { DeploymentSummary } from '../store/deployments.ts';
import { decide, type Decision } from './decide.ts';
import { currentEnvironment, loadDeployment, type LoadedDeployment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { voicesOf } from './voices.ts';

/** What was handed over, or taken back. */
export interface HandedOver {
  to: string;
  /** `#1042`, or an environment's name. */
  where: string;
}

const shownDeployments = 100;

/** What waits for approval, in one environment or in all. */
export async function waitingIn(
  { store }: Pick<AppNeeds, 'store'>,
  environment?: string,
): Promise<DeploymentSummary[]> {
  const states: DeploymentSummary['state'][] = ['awaiting_approval'];
  return await store.list({
    ...(environment !== undefined && { environment }),
    states,
    limit: shownDeployments,
  });
}

/** Takes every vote of a person back that is in another hand and was not given; empty where none was. */
export async function takeVotesBack(needs: AppNeeds, by: string): Promise<Verdict<HandedOver[]>> {
  const ended = await needs.store.endDelegations(by, needs.now());
  const taken: HandedOver[] = [];
  for (const { number, environment } of await waitingIn(needs)) {
    const loaded = await loadDeployment(needs.store, number);
    if (!loaded.ok) continue;
    const gone = ended.find((delegation) => delegation.environment === environment)?.to ?? null;
    const usual = gone !== null && (await mayVote(needs, by, loaded.value)) ? gone : null;
    if (handOf(loaded.value, by, usual) === null) continue;
    const verdict = await decide<HandedOver | null>(needs, number, (now) => takeBack(now, by, usual));
    if (verdict.ok && verdict.value) taken.push(verdict.value);
  }
  return accept([...ended.map(({ to, environment }) => ({ to, where: environment })), ...taken]);
}

async function mayVote(
  needs: AppNeeds,
  by: string,
  { deployment, plan }: LoadedDeployment,
): Promise<boolean> {
  const environment = currentEnvironment(needs.configuration(), plan);
  const { refusal } = await voicesOf(needs, await needs.findPerson(by), { deployment, environment });
  return refusal === null;
}

/** Who holds a vote that was not given; what was given stays given. */
function handOf({ deployment }: LoadedDeployment, by: string, usual: string | null): string | null {
  if (deployment.state !== 'awaiting_approval') return null;
  if (deployment.votes.some((vote) => whoseVote(vote) === by)) return null;
  return deployment.handedVotes.find((hand) => hand.by === by)?.to ?? usual;
}

/** What was handed over in the environment is answered once, not for each deployment. */
function takeBack(loaded: LoadedDeployment, by: string, usual: string | null): Decision<HandedOver | null> {
  const { number, handedVotes } = loaded.deployment;
  const to = handOf(loaded, by, usual);
  if (to === null)
    return refuse({ rule: 'delegate', message: 'it is back already', liftedBy: 'nobody', wayOut: '' });
  const isSpecial = handedVotes.some((hand) => hand.by === by);
  const answer = isSpecial ? { to, where: `#${number}` } : null;
  return accept({ events: [{ type: 'vote_taken_back', by, to }], answer });
}
