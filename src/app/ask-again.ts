import type { Vote } from '../domain/deployment/deployment.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import { currentEnvironment, type LoadedDeployment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { voicesOf } from './voices.ts';

/** What is written about a deployment. */
interface Written {
  events: [DeploymentEvent, ...DeploymentEvent[]];
}

/**
 * Says within a change of the plan who had approved what it was, and asks exactly those of them who still may: they know
 * it. Anything else is left as it is.
 */
export async function askAgain<T extends Written>(
  needs: AppNeeds,
  { deployment, plan }: LoadedDeployment,
  written: T,
): Promise<T> {
  const [event, ...others] = written.events;
  if (event.type !== 'plan_changed' || deployment.votes.length === 0) return written;
  const environment = currentEnvironment(needs.configuration(), plan);
  const asked = { ...deployment, owners: event.owners ?? [] };
  const mayStill = await Promise.all(
    deployment.votes.map(async ({ by, for: whose }) => {
      const { votes } = await voicesOf(needs, await needs.findPerson(by), { deployment: asked, environment });
      return votes.some((vote) => vote.for === whose) ? [by] : [];
    }),
  );
  const told = { ...event, approvedBy: deployment.votes.map(namedVote), ask: mayStill.flat() };
  return { ...written, events: [told, ...others] };
}

function namedVote({ by, for: whose, at }: Vote) {
  return { by, at, ...(whose !== undefined && { for: whose }) };
}
