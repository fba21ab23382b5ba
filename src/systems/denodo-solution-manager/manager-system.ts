import { converse, type Conversation, Declined, ended, type RestNeeds } from '../conversation.ts';
import type { OnSeen, System, TaskContext, TaskOutcome } from '../system.ts';
import { followDeployment, hasEnded } from './follow-deployment.ts';
import { inspectManager } from './inspect-manager.ts';
import { loadRevisions } from './load-revisions.ts';
import { listDeployments, type ManagerDeployment, startDeployment } from './manager-api.ts';

/** A deployment that was asked for shows within so many looks, or it never was. */
const looks = 3;
/** How long it is followed after somebody pressed Stop now. */
const stoppingMs = 40_000;

/** `system: denodo-solution-manager`: the Solution Manager deploys, and is started, found again and followed (B.1.1). */
export function createManagerSystem(needs: RestNeeds): System {
  const on = async (
    { context, mayHaveBegun }: { context: TaskContext; mayHaveBegun: boolean },
    signal: AbortSignal,
    work: (talk: Conversation) => Promise<TaskOutcome>,
  ): Promise<TaskOutcome> =>
    await converse(needs, { context, server: context.task.server ?? '', mayHaveBegun }, signal, work);
  return {
    perform: async (context, signal) => await on({ context, mayHaveBegun: false }, signal, perform),
    probe: async (context, onSeen, signal) =>
      await on({ context, mayHaveBegun: true }, signal, async (talk) => await probe(talk, onSeen)),
    end: async (context, signal) => await on({ context, mayHaveBegun: true }, signal, end),
    inspect: async (plan, server, signal) => await inspectManager(needs, { plan, server }, signal),
    check: async () => ({ state: 'not-run', reason: 'a Solution Manager runs no steps' }),
    prepare: () => undefined,
    release: async () => undefined,
  };
}

async function perform(talk: Conversation): Promise<TaskOutcome> {
  const before = await findOurs(talk);
  if (before) return await follow(talk, before.id);
  const revisionIds = await loadRevisions(talk);
  const asked = await startDeployment(talk, {
    revisionIds,
    environmentId: environmentOf(talk),
    description: markerOf(talk.context),
  });
  if ('missing' in asked)
    throw new Declined(
      `properties are missing on the Solution Manager: ${asked.missing.join(', ') || asked.words}`,
      asked.missing,
    );
  if (asked.id !== null) return await follow(talk, asked.id);
  // Whatever was answered: where our mark stands, it was begun.
  const ours = await findOurs(talk);
  if (!ours) throw new Declined(asked.words);
  return await follow(talk, ours.id);
}

async function probe(talk: Conversation, onSeen: OnSeen): Promise<TaskOutcome> {
  for (let look = 1; look <= looks; look += 1) {
    const ours = await findOurs(talk);
    if (ours) {
      const isRunning = !hasEnded(ours.state);
      const words = isRunning ? 'runs' : `has ended: ${ours.state}`;
      await onSeen(isRunning ? 'running' : 'ended', `deployment ${ours.id} on the Solution Manager ${words}`);
      return await follow(talk, ours.id);
    }
    if (look < looks) await talk.pause();
  }
  return { state: 'never-started' };
}

async function follow(talk: Conversation, id: number): Promise<TaskOutcome> {
  const outcome = await followDeployment(talk, id, () => talk.leftMs() > 0);
  const seconds = talk.context.plan.environment.stepTimeoutSeconds;
  return outcome ?? ended('unknown', `deployment ${id} did not end in ${seconds} s. ${sayGoesOn(id)}`);
}

/** No documented call cancels a deployment: it is followed for a while, and what is not known then is not claimed. */
async function end(talk: Conversation): Promise<TaskOutcome> {
  const ours = await findOurs(talk);
  if (!ours) return { state: 'never-started' };
  if (!hasEnded(ours.state)) await talk.tell(`goes-on-${ours.id}`, sayGoesOn(ours.id));
  const until = talk.needs.now() + stoppingMs;
  const outcome = await followDeployment(talk, ours.id, () => talk.needs.now() < until);
  return outcome ?? ended('unknown', sayGoesOn(ours.id));
}

function sayGoesOn(id: number): string {
  return `Deployment ${id} goes on on the Solution Manager: no call cancels it, so look there how it ends`;
}

/** The deployment that carries our mark. */
async function findOurs(talk: Conversation): Promise<ManagerDeployment | null> {
  const description = markerOf(talk.context);
  const listed = await listDeployments(talk, environmentOf(talk), { description });
  return listed.find((deployment) => deployment.description === description) ?? null;
}

/** What a deployment is found again by; two installations may deploy through one Solution Manager. */
function markerOf({ deployment, attempt, task, run, fence }: TaskContext): string {
  const again = run === 1 ? '' : ` run ${run}`;
  return `Lamplighter #${deployment} attempt ${attempt} task ${task.id}${again} (${fence.installation})`;
}

function environmentOf({ context }: Conversation): number {
  const { manager, name } = context.plan.environment;
  if (manager === null) throw new Error(`environment ${name} has no manager`);
  return manager.environmentId;
}
