import { type ChannelTelling, usualTelling } from '../../domain/channel-telling.ts';
import type { Deployment } from '../../domain/deployment/deployment.ts';
import { foldDeployment } from '../../domain/deployment/fold-deployment.ts';
import type { StoredEvent } from '../../domain/events/deployment-event.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { whatRuns } from '../../domain/plan/what-runs.ts';
import type { Fact } from '../../progress/facts.ts';
import type { MemberService } from '../../store/facts.ts';
import type { OutgoingMessage } from '../../store/messages.ts';
import type { Store } from '../../store/store.ts';
import type { ReadBackOf } from '../../wording/server-table.ts';

/** A deployment with its whole log, for telling of it. */
export interface Story {
  deployment: Deployment;
  events: StoredEvent[];
  plan: Plan;
  members: MemberService[];
  /** Whose messages they are, and the channel of its card. */
  base: { deployment: number; channel: string };
  readBackOf: ReadBackOf;
  /** What the channel is told besides the card. */
  tells: ChannelTelling;
}

/** What else is said when something is told of a deployment, besides its card and its thread. */
export type Companion = (story: Story, news: Fact[]) => Promise<OutgoingMessage[]>;

/** Reads it whole. Throws where its log or its plan is not there. */
export async function readStory(store: Store, number: number): Promise<Story> {
  const events = await store.eventsAfter(number, 0);
  const deployment = foldDeployment(events);
  const summary = await store.summary(number);
  const plan = deployment && (await store.plan(deployment.planHash));
  if (!deployment || !summary || !plan) throw new Error(`#${number} has events and no plan`);
  const environment = plan.environment.name;
  const { groups } = whatRuns(plan.environment, {
    asked: await store.askedServers(environment),
    records: await store.records(environment),
  });
  const known = new Map(groups.flatMap(({ runs, servers }) => servers.map((server) => [server, runs])));
  const chosen = await store.channelTelling(environment);
  return {
    tells: chosen?.tells ?? usualTelling,
    deployment,
    events,
    plan,
    members: await store.members(environment),
    base: { deployment: number, channel: summary.channel },
    readBackOf: (server) => known.get(server) ?? null,
  };
}
