import { statfsSync } from 'node:fs';

import type { Configuration } from '../../domain/configured/configuration.ts';
import type { Environment } from '../../domain/configured/environment.ts';
import { liveMembers } from '../../domain/plan/plan.ts';
import type { Store } from '../../store/store.ts';
import { sayDuration } from '../../wording/duration.ts';
import { countServers } from '../../wording/names.ts';
import { type Finding, reportOn, sentenceOf } from './finding.ts';
import { judgeUndelivered } from './judge-slack.ts';
import { judgeSpace } from './judge-space.ts';

const database = reportOn('database');
const servers = reportOn('servers');

/** What a running bot looks at beside Slack. */
export interface RunningNeeds {
  store: Pick<Store, 'checkWritable' | 'undeliveredByChannel' | 'askedServers'>;
  dataDirectory: string;
  configuration: Configuration;
  now: () => number;
}

/** Looks at the database, its disk, what was not told, and what servers said last. Asks no server anything. */
export async function checkRunning(needs: RunningNeeds): Promise<Finding[]> {
  const { store, dataDirectory, configuration, now } = needs;
  const { bavail, bsize } = statfsSync(dataDirectory);
  const space = judgeSpace(bavail * bsize);
  const enabled = configuration.environments.filter(({ deploymentsEnabled }) => deploymentsEnabled);
  const asked = await Promise.all(enabled.map(async (environment) => await checkAnswers(needs, environment)));
  return [
    reportOn('configuration').ok('configuration', sayCounts(configuration, enabled)),
    await checkWritable(store, now()),
    database[space.state](`disk of ${dataDirectory}`, space.message),
    ...(await store.undeliveredByChannel()).flatMap(judgeUndelivered),
    ...asked.flat(),
  ];
}

function sayCounts({ environments }: Configuration, enabled: Environment[]): string {
  const count = environments.length === 1 ? '1 environment' : `${environments.length} environments`;
  return enabled.length === environments.length ? count : `${count}, ${enabled.length} of them enabled`;
}

async function checkWritable(store: RunningNeeds['store'], now: number): Promise<Finding> {
  try {
    await store.checkWritable(now);
    return database.ok('database', 'can be written');
  } catch (error) {
    return database.fault('database', sentenceOf(error));
  }
}

/** What an environment's servers said last, and how long ago. */
async function checkAnswers({ store, now }: RunningNeeds, environment: Environment): Promise<Finding[]> {
  const names = new Set(liveMembers(environment, 'server'));
  const answers = (await store.askedServers(environment.name)).flatMap(({ server, answered }) =>
    answered && names.has(server) ? [{ server, ...answered }] : [],
  );
  const unready = answers.filter(({ answer }) => answer.problem !== null);
  const age = answers.length === 0 ? null : Math.max(0, now() - Math.max(...answers.map(({ at }) => at)));
  const said = age === null ? 'none was asked yet' : `asked last ${sayDuration(age)} ago`;
  return [
    ...unready.map(({ server, at, answer }) =>
      servers.warning(
        `${environment.name}/${server}`,
        `was not ready ${sayDuration(Math.max(0, now() - at))} ago: ${answer.problem ?? ''}`,
      ),
    ),
    servers.ok(environment.name, `${countServers(names.size)}, ${said}`),
  ];
}
