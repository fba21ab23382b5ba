import type { Obstacle } from '../domain/deployment/obstacle.ts';
import { obstaclesOf } from '../domain/deployment/obstacles.ts';
import { accept, type Verdict } from '../domain/verdict.ts';
import { busyIn } from './busy-environment.ts';
import { currentEnvironment, type LoadedDeployment, loadDeployment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import type { Ballot } from './voices.ts';
import { whoCanApprove } from './who-can-approve.ts';

/** A deployment, and everything that keeps it from running; nothing does where it runs or is done. */
export interface WhyNotRunning extends LoadedDeployment {
  obstacles: Obstacle[];
}

/** Says why a deployment does not run: each reason with who can lift it, and the way out. Changes nothing. */
export async function whyNotRunning(needs: AppNeeds, number: number): Promise<Verdict<WhyNotRunning>> {
  const loaded = await loadDeployment(needs.store, number);
  return loaded.ok
    ? accept({ ...loaded.value, obstacles: await findObstacles(needs, loaded.value) })
    : loaded;
}

/** The obstacles of a deployment that was read already. */
export async function findObstacles(
  needs: AppNeeds,
  { deployment, plan }: LoadedDeployment,
): Promise<Obstacle[]> {
  const configuration = needs.configuration();
  const environment = currentEnvironment(configuration, plan);
  const { name } = environment;
  const queued = await needs.store.list({ environment: name, states: ['queued'], limit: 100 });
  const ahead = queued.map(({ number }) => number).filter((number) => number < deployment.number);
  const obstacles = obstaclesOf({
    deployment,
    plan,
    configuration,
    environment,
    lock: await needs.store.lock(name),
    busy: await busyIn(needs.store, name),
    approvers: await approversOf(needs, { deployment, environment }),
    ahead: ahead.toSorted((left, right) => left - right),
  });
  return [...obstacles, ...(await unknownPerson(needs, deployment))];
}

async function approversOf(needs: AppNeeds, ballot: Ballot): Promise<string[]> {
  return ballot.deployment.state === 'awaiting_approval' ? await whoCanApprove(needs, ballot) : [];
}

/** A start checks who asked for it; while Slack does not say, it waits. */
async function unknownPerson(
  { findPerson }: AppNeeds,
  { state, requestedBy, number }: LoadedDeployment['deployment'],
): Promise<Obstacle[]> {
  if (state !== 'queued' || (await findPerson(requestedBy)).standing !== 'unknown') return [];
  return [
    {
      rule: 'D-01',
      message: `#${number} waits for Slack, which does not say who <@${requestedBy}> is.`,
      liftedBy: 'nobody',
      wayOut: 'It begins by itself once Slack answers.',
      people: [],
    },
  ];
}
