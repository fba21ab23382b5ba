import { accept, type Verdict } from '../domain/verdict.ts';
import type { DeploymentSummary } from '../store/deployments.ts';
import { findEnvironment } from './find-environment.ts';
import { loadDeployment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';

/** A deployment of the past, and how long its latest attempt took. */
export interface PastDeployment extends DeploymentSummary {
  /** Milliseconds; null where it did not run, still does, or the clock was set back meanwhile. */
  tookMs: number | null;
}

/** A page of them, the newest first. */
export interface HistoryPage {
  environment: string;
  deployments: PastDeployment[];
  hasOlder: boolean;
}

/** How many stand on a page. */
export const historyPageLength = 10;

/** The deployments of an environment, newest first, from below a number on. */
export async function environmentHistory(
  needs: AppNeeds,
  { environment, before }: { environment: string; before: number | null },
): Promise<Verdict<HistoryPage>> {
  const found = findEnvironment(needs.configuration(), environment);
  if (!found.ok) return found;
  const limit = historyPageLength + 1;
  const listed = await needs.store.list({ environment, limit, ...(before !== null && { before }) });
  const shown = listed.slice(0, historyPageLength);
  const deployments = await Promise.all(shown.map(async (summary) => await timed(needs, summary)));
  return accept({ environment, deployments, hasOlder: listed.length > historyPageLength });
}

async function timed({ store }: AppNeeds, summary: DeploymentSummary): Promise<PastDeployment> {
  const loaded = summary.attempt > 0 ? await loadDeployment(store, summary.number) : null;
  const { startedAt, endedAt } = loaded?.ok ? loaded.value.deployment : { startedAt: null, endedAt: null };
  const tookMs = startedAt === null || endedAt === null || endedAt < startedAt ? null : endedAt - startedAt;
  return { ...summary, tookMs };
}
