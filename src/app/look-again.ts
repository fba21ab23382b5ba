import type { DeploymentState } from '../domain/deployment/deployment.ts';
import { accept, refuse } from '../domain/verdict.ts';
import type { DeploymentSummary } from '../store/deployments.ts';
import { askAgain } from './ask-again.ts';
import { decide } from './decide.ts';
import type { AppNeeds } from './needs.ts';
import { changesSince } from './plan-drift.ts';

const notBegun: DeploymentState[] = ['awaiting_approval', 'scheduled'];
const atOnce = 100;

/**
 * The configuration was put in force: what was approved, or is to be, under another plan is asked for again now and not
 * only when its hour has come. What cannot be planned at the moment is left alone, for its start looks again (law 7).
 */
export async function lookAgain(needs: AppNeeds, environments: string[]): Promise<void> {
  for (const environment of environments)
    for (const { number } of await listNotBegun(needs, environment)) await askWhereChanged(needs, number);
}

async function listNotBegun({ store }: AppNeeds, environment: string): Promise<DeploymentSummary[]> {
  const found: DeploymentSummary[] = [];
  for (;;) {
    const last = found.at(-1);
    const filter = { environment, states: notBegun, limit: atOnce };
    const page = await store.list({ ...filter, ...(last && { before: last.number }) });
    if (page.length === 0) return found;
    found.push(...page);
  }
}

async function askWhereChanged(needs: AppNeeds, number: number): Promise<void> {
  await decide<null>(needs, number, async (loaded) => {
    const { deployment, plan } = loaded;
    const drift = notBegun.includes(deployment.state) ? await changesSince(needs, deployment, plan) : null;
    if (!drift || drift.plan.hash === deployment.planHash)
      return refuse({ rule: 'law-7', message: 'it is as it was', liftedBy: 'nobody', wayOut: '' });
    const { events, due, plan: today } = await askAgain(needs, loaded, drift);
    return accept({ events, due, plan: today, answer: null });
  });
}
